import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRef, type KubeMeta, type KubeObject } from '../../src/base/kube-types.ts';
import { needsOf, nextEndings } from '../../src/plan/ending.ts';
import { findCycle, type Graph } from '../../src/plan/graph.ts';
import { serviceLabel } from '../../src/plan/labels.ts';
import { fuji } from '../support/fuji.ts';

const needs: Graph = { consul: [], db: [], data: ['consul', 'db'], app: ['data'], ui: [] };

function workload(service: string, changes: Partial<KubeMeta> = {}, kind = 'Deployment'): KubeObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: service, labels: { [serviceLabel]: service }, ...changes } };
}
const leaving = { deletionTimestamp: '2026-11-24T12:00:00Z' };
const owned = { ownerReferences: [{ kind: 'ReplicaSet', name: 'x', uid: 'x' }] };
const pod = (service: string, changes: Partial<KubeMeta> = {}) => workload(service, changes, 'Pod');

const cases: readonly (readonly [string, readonly KubeObject[], readonly string[], readonly string[]])[] = [
  ['nothing', [], [], []],
  [
    'of all services those first that nobody needs',
    ['consul', 'db', 'data', 'app', 'ui'].map((n) => workload(n)),
    [],
    ['app', 'ui'],
  ],
  ['what is told to end is not told again', [workload('app', leaving), workload('data')], [], []],
  ['the next ones when their consumers are gone', [workload('consul'), workload('db'), workload('data')], [], ['data']],
  ['a pod without its Deployment holds what it needs', [pod('app', owned), workload('data')], [], []],
  ['over a service that is missing', [workload('app', leaving), workload('consul')], [], []],
  ['what had its time holds nothing', [workload('app', leaving), workload('data')], ['app'], ['data']],
  ['what the release does not know goes before all that it knows', [workload('old'), workload('ui')], [], ['old']],
  ['a pod that nobody owns goes by itself', [pod('app')], [], ['app']],
];
for (const [what, live, given, due] of cases) {
  test(`next to end: ${what}`, () => {
    assert.deepEqual(
      nextEndings(needs, live, new Set(given)).due.map(({ name }) => name),
      due,
    );
  });
}

test('what is left is told by service, and a pod of no service by its name', () => {
  const bare: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'once' } };
  assert.deepEqual(nextEndings(needs, [workload('app'), pod('app', owned), bare]).left, [
    'app',
    formatRef({ kind: 'Pod', name: 'once' }),
  ]);
});

test('the needs of the release go in no circle, and lead to the registry and either database', () => {
  const graph = needsOf(fuji());
  assert.equal(findCycle(graph), undefined);
  assert.deepEqual(graph['edgex-core-data']?.toSorted(), ['edgex-core-consul', 'edgex-mongo', 'edgex-redis']);
  assert.ok(graph['edgex-core-command']?.includes('edgex-core-metadata'));
});
