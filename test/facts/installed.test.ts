import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeMeta, KubeObject } from '../../src/base/kube-types.ts';
import { readInstalled } from '../../src/facts/installed.ts';
import { commonLabels } from '../../src/plan/labels.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';
import { clusterWith } from './fake-kube.ts';

const labels = commonLabels(fuji());

function namespace(meta: Partial<KubeMeta> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'edgex', ...meta } };
}

test('a cluster without the namespace has nothing', async () => {
  assert.deepEqual(await readInstalled(clusterWith([]), 'edgex'), {
    namespace: { name: 'edgex', exists: false, terminating: false, managed: false, labels: {} },
    objects: [],
  });
});

const namespaces: readonly (readonly [string, Partial<KubeMeta>, object])[] = [
  ["somebody's own", { labels: { team: 'a' } }, { managed: false, terminating: false, labels: { team: 'a' } }],
  ['ours', { labels }, { managed: true, terminating: false, labels }],
  ['on its way out', { deletionTimestamp: '2026-01-01T00:00:00Z' }, { managed: false, terminating: true, labels: {} }],
];
for (const [what, meta, facts] of namespaces) {
  test(`a namespace that is ${what} is told as such`, async () => {
    const { namespace: found } = await readInstalled(clusterWith([namespace(meta)]), 'edgex');
    assert.deepEqual(found, { name: 'edgex', exists: true, ...facts });
  });
}

test('every object that an installation makes is found again', async () => {
  const planned = fujiPlan({ with: ['mqtt-export'] }).objects;
  const { objects } = await readInstalled(clusterWith(planned), 'edgex');
  for (const object of planned) assert.ok(objects.includes(object), `${object.kind} ${object.metadata.name}`);
  assert.equal(objects.length, planned.length);
});

test("somebody else's object of the namespace comes along, another namespace's doesn't", async () => {
  const object = (where: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: where },
  });
  const { objects } = await readInstalled(clusterWith([object('edgex'), object('other')]), 'edgex');
  assert.deepEqual(objects, [object('edgex')]);
});
