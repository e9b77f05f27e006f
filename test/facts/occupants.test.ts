import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRef, refOf } from '../../src/base/kube-types.ts';
import { readOccupants } from '../../src/facts/occupants.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { HttpAnswer } from '../../src/kube/types.ts';
import { fakeClock } from '../consul/fakes.ts';

type Table = Readonly<Record<string, object | number>>;

const resource = (name: string, kind: string, changes: object = {}) => ({
  name,
  kind,
  namespaced: true,
  verbs: ['get', 'list'],
  ...changes,
});
const item = (name: string) => ({ metadata: { name, namespace: 'edgex' } });

const cluster: Table = {
  '/apis': {
    groups: [
      {
        name: 'apps',
        versions: [{ groupVersion: 'apps/v1beta1' }, { groupVersion: 'apps/v1' }],
        preferredVersion: { groupVersion: 'apps/v1' },
      },
      { name: 'metrics.k8s.io', versions: [{ groupVersion: 'metrics.k8s.io/v1beta1' }] },
      { name: 'events.k8s.io', versions: [{ groupVersion: 'events.k8s.io/v1' }] },
    ],
  },
  '/api/v1': {
    resources: [
      resource('configmaps', 'ConfigMap'),
      resource('nodes', 'Node', { namespaced: false }),
      resource('pods/log', 'Pod'),
      resource('bindings', 'Binding', { verbs: ['create'] }),
      resource('events', 'Event'),
    ],
  },
  '/apis/apps/v1': { resources: [resource('deployments', 'Deployment')] },
  '/apis/apps/v1beta1': { resources: [resource('deployments', 'Deployment'), resource('scales', 'Scale')] },
  '/apis/events.k8s.io/v1': { resources: [resource('events', 'Event')] },
  '/api/v1/namespaces/edgex/configmaps': { items: [item('a')] },
  '/apis/apps/v1/namespaces/edgex/deployments': { items: [item('b')] },
  '/apis/apps/v1beta1/namespaces/edgex/scales': { items: [item('c')] },
};

/** Everything that is not in the table is not there; a number is the status of an answer. */
async function readFrom(table: Table) {
  const asked: string[] = [];
  const raw = async (path: string): Promise<HttpAnswer> => {
    asked.push(path);
    const answer = table[path] ?? 404;
    if (answer === 0) throw new KubeError({ exit: 'cluster', object: 'api', cause: 'slow' }, { trouble: 'slow' });
    return typeof answer === 'number' ? { status: answer, body: '' } : { status: 200, body: JSON.stringify(answer) };
  };
  const { objects, unseen } = await readOccupants('edgex', {
    kube: { raw },
    clock: fakeClock(),
    signal: new AbortController().signal,
  });
  return { asked, unseen, names: objects.map((object) => formatRef(refOf(object))).toSorted(), objects };
}

test('every kind that can be listed is, each in one version', async () => {
  const { names, unseen, objects, asked } = await readFrom(cluster);
  assert.deepEqual(names, ['configmap/a', 'deployment/b', 'scale/c']);
  assert.deepEqual(unseen, []);
  assert.equal(objects.find(({ kind }) => kind === 'Deployment')?.apiVersion, 'apps/v1');
  const lists = asked.filter((path) => path.includes('/namespaces/'));
  assert.deepEqual(
    lists.toSorted(),
    Object.keys(cluster)
      .filter((path) => path.includes('/namespaces/'))
      .toSorted(),
  );
});

const configMaps = '/api/v1/namespaces/edgex/configmaps';
const unseenCases: readonly (readonly [string, Table, readonly string[]])[] = [
  ['a list that is denied', { [configMaps]: 403 }, ['configmaps (403)']],
  ['a list that does not come', { [configMaps]: 0 }, ['configmaps (no answer)']],
  ['an API that is down', { '/apis/apps/v1': 503 }, ['apps/v1 (503)']],
  ['APIs that are not told', { '/apis': 500 }, ['the list of the APIs (500)']],
  ['an API that has gone', { '/apis/apps/v1beta1': 404 }, []],
  ['a kind that can not be listed after all', { [configMaps]: 405 }, []],
];
for (const [what, changes, expected] of unseenCases) {
  test(`unseen of ${what}: ${expected.join() || 'nothing'}`, async () => {
    assert.deepEqual((await readFrom({ ...cluster, ...changes })).unseen, expected);
  });
}

test('an API server that is busy is asked again', async () => {
  let isBusy = true;
  const table = new Proxy(cluster, {
    get: (target, path: string) => {
      if (path !== configMaps || !isBusy) return target[path];
      isBusy = false;
      return 429;
    },
  });
  const { names, unseen } = await readFrom(table);
  assert.ok(names.includes('configmap/a'));
  assert.deepEqual(unseen, []);
});
