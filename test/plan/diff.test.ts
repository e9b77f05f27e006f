import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { diffObjects, type FieldChange } from '../../src/plan/diff.ts';

function deployment(spec: unknown, metadata: object = {}, status?: object): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', ...metadata }, spec, status };
}

const pod = (container: object) => ({ template: { spec: { containers: [{ name: 'main', ...container }] } } });
const inPod = 'spec.template.spec.containers[main]';

const cases: readonly {
  readonly name: string;
  readonly live: unknown;
  readonly desired: unknown;
  readonly changes: readonly FieldChange[];
}[] = [
  { name: 'nothing', live: pod({ image: 'a' }), desired: pod({ image: 'a' }), changes: [] },
  {
    name: 'a value, by the path that a person would write',
    live: pod({ image: 'consul:1.3.1' }),
    desired: pod({ image: 'consul:1.4.3' }),
    changes: [{ path: `${inPod}.image`, from: 'consul:1.3.1', to: 'consul:1.4.3' }],
  },
  {
    name: 'what comes and what goes, as a whole',
    live: { paused: true },
    desired: { strategy: { type: 'Recreate' } },
    changes: [
      { path: 'spec.paused', from: true },
      { path: 'spec.strategy', to: { type: 'Recreate' } },
    ],
  },
  {
    name: 'variables by their names, wherever they stand',
    live: pod({ env: [{ name: 'A', value: '1' }] }),
    desired: pod({
      env: [
        { name: 'B', value: '2' },
        { name: 'A', value: '0' },
      ],
    }),
    changes: [
      { path: `${inPod}.env[A].value`, from: '1', to: '0' },
      { path: `${inPod}.env[B]`, to: { name: 'B', value: '2' } },
    ],
  },
  {
    name: 'ports of a container by their numbers',
    live: pod({ ports: [{ containerPort: 80, protocol: 'TCP' }] }),
    desired: pod({ ports: [{ containerPort: 80, protocol: 'UDP' }] }),
    changes: [{ path: `${inPod}.ports[80].protocol`, from: 'TCP', to: 'UDP' }],
  },
  {
    name: 'a port number that stands twice by its place, since it tells nothing apart',
    live: pod({
      ports: [
        { containerPort: 53, protocol: 'TCP' },
        { containerPort: 53, protocol: 'UDP' },
      ],
    }),
    desired: pod({ ports: [{ containerPort: 53, protocol: 'TCP' }] }),
    changes: [{ path: `${inPod}.ports[1]`, from: { containerPort: 53, protocol: 'UDP' } }],
  },
  {
    name: 'the order of named items, where nothing else differs',
    live: pod({ env: [{ name: 'A' }, { name: 'B' }] }),
    desired: pod({ env: [{ name: 'B' }, { name: 'A' }] }),
    changes: [{ path: `${inPod}.env`, from: ['A', 'B'], to: ['B', 'A'] }],
  },
  {
    name: 'plain lists by place',
    live: pod({ args: ['agent', '-dev'] }),
    desired: pod({ args: ['agent', '-server'] }),
    changes: [{ path: `${inPod}.args[1]`, from: '-dev', to: '-server' }],
  },
  {
    name: 'a table that became a value',
    live: { x: { a: 1 } },
    desired: { x: 'a' },
    changes: [{ path: 'spec.x', from: { a: 1 }, to: 'a' }],
  },
];

for (const { name, live, desired, changes } of cases) {
  test(`the difference is ${name}`, () => {
    assert.deepEqual(diffObjects(deployment(live), deployment(desired)), changes);
  });
}

test('names with dots and slashes stand in brackets', () => {
  const [change] = diffObjects(
    deployment({}, { labels: { 'app.kubernetes.io/version': '1.0.0' } }),
    deployment({}, { labels: { 'app.kubernetes.io/version': '1.1.0' } }),
  );
  assert.equal(change?.path, 'metadata.labels[app.kubernetes.io/version]');
});

test('what the server keeps for itself is no difference', () => {
  const live = deployment(
    {},
    { uid: '1', resourceVersion: '7', generation: 1, managedFields: [{ manager: 'kubectl' }] },
  );
  const desired = deployment({}, { resourceVersion: '8', generation: 2, creationTimestamp: 'now' }, { replicas: 1 });
  assert.deepEqual(diffObjects(live, desired), []);
});
