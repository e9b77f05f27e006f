import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeMeta, KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue } from '../../src/plan/labels.ts';
import { findStrangers, isLeaving, nameObjects } from '../../src/plan/occupants.ts';

function object(kind: string, name: string, meta: Partial<KubeMeta> = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'edgex', uid: `${kind}/${name}`, ...meta } };
}

const ownedBy = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, uid: `${kind}/${name}` }] });
const labels = { [managedByLabel]: managedByValue };

const cases: readonly (readonly [string, readonly KubeObject[], string])[] = [
  ['nothing', [], ''],
  [
    'what every namespace has',
    [
      object('ServiceAccount', 'default'),
      object('ConfigMap', 'kube-root-ca.crt'),
      object('Secret', 'default-token-x7', { annotations: { 'kubernetes.io/service-account.name': 'default' } }),
    ],
    '',
  ],
  ['what is ours', [object('ConfigMap', 'edgex-boot', { labels }), object('EndpointSlice', 'x-1', { labels })], ''],
  [
    'another account and its token',
    [
      object('ServiceAccount', 'robot'),
      object('Secret', 'robot-token', { annotations: { 'kubernetes.io/service-account.name': 'robot' } }),
    ],
    'secret/robot-token, serviceaccount/robot',
  ],
  ["somebody's ConfigMap", [object('ConfigMap', 'theirs')], 'configmap/theirs'],
  [
    'what bears the label of another program',
    [object('Secret', 's', { labels: { [managedByLabel]: 'Helm' } })],
    'secret/s',
  ],
  [
    'a workload with what it owns',
    [
      object('Deployment', 'd'),
      object('ReplicaSet', 'd-1', ownedBy('Deployment', 'd')),
      object('Pod', 'd-1-a', ownedBy('ReplicaSet', 'd-1')),
    ],
    'deployment/d',
  ],
  [
    'a Service with its endpoints',
    [object('Service', 's'), object('Endpoints', 's'), object('EndpointSlice', 's-1', ownedBy('Service', 's'))],
    'service/s',
  ],
  ['endpoints that somebody keeps by hand', [object('Endpoints', 'camera')], 'endpoints/camera'],
  ['what an object elsewhere owns', [object('Widget', 'w', ownedBy('Cluster', 'c'))], 'widget/w'],
];
for (const [what, objects, expected] of cases) {
  test(`strangers in a namespace with ${what}: ${expected || 'none'}`, () => {
    assert.equal(nameObjects(findStrangers(objects)), expected);
  });
}

test('what is on its way out, or whose owner is gone, leaves by itself', () => {
  assert.ok(isLeaving(object('Pod', 'p', { deletionTimestamp: '2026-11-24T12:00:00Z' })));
  assert.ok(isLeaving(object('Pod', 'p', ownedBy('ReplicaSet', 'gone'))));
  assert.ok(!isLeaving(object('Pod', 'p')));
});

test('of many objects some are named, and the rest is counted', () => {
  const many = Array.from({ length: 23 }, (_, index) => object('ConfigMap', `c${String(index).padStart(2, '0')}`));
  assert.match(nameObjects(many), /^configmap\/c00, .*configmap\/c19 and 3 more$/);
});
