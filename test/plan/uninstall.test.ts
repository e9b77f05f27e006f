import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { listRefs, renderInventory } from '../../src/plan/inventory.ts';
import { keptKinds } from '../../src/plan/kinds.ts';
import type { StoredData } from '../../src/plan/stored-data.ts';
import { findLeftovers, hasWork, type Removal, requireUnused } from '../../src/plan/uninstall.ts';
import { localPlan } from '../support/local-plan.ts';

const plan = localPlan();
const inventory = renderInventory(plan, plan.objects.map(refOf));
const kept = plan.objects.filter(({ kind }) => keptKinds.has(kind));
const foreign = (kind: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'edgex', labels: {} },
});

test('what goes and what stays is told apart by label, not by name', () => {
  const objects = [...plan.objects, inventory, foreign('Service', 'edgex-extra'), foreign('ConfigMap', 'theirs')];
  const { groundwork, trimmed } = findLeftovers(factsOf('edgex', objects));
  const services = plan.objects.filter(({ kind }) => kind === 'Service').map(refOf);
  assert.deepEqual(groundwork, services);
  assert.equal(trimmed, listRefs(kept.map(refOf)));
});

test('an inventory of somebody else is none', () => {
  const theirs = { ...inventory, metadata: { ...inventory.metadata, labels: {} } };
  assert.deepEqual(findLeftovers(factsOf('edgex', [theirs])), { groundwork: [] });
});

test('an inventory that lists just what is kept is left as it is', () => {
  const facts = factsOf('edgex', [...kept, renderInventory(plan, kept.map(refOf))]);
  assert.equal(findLeftovers(facts).trimmed, undefined);
});

const stored: StoredData = { claim: 'redis-data', hasClaim: true, place: 'x', removal: { by: 'provisioner' } };
const abroad: StoredData = { claim: 'redis-data', hasClaim: false, place: 'x', removal: { by: 'nobody' } };
const namespace = factsOf('edgex', plan.objects).namespace;
const nothing: Removal = { namespace, workloads: [], leftovers: { groundwork: [] }, data: [], isPurge: false };
const listed = { groundwork: [], inventory };

const works: readonly (readonly [string, Partial<Removal>, boolean])[] = [
  ['nothing', {}, false],
  ['a pod', { workloads: [foreign('Pod', 'x')] }, true],
  ['a Service', { leftovers: { groundwork: [refOf(foreign('Service', 'x'))] } }, true],
  ['an inventory of nothing', { leftovers: listed }, true],
  ['data that are kept', { data: [stored], leftovers: listed }, false],
  ['data that are kept, and an inventory with more', { data: [stored], leftovers: { ...listed, trimmed: '' } }, true],
  ['data that are to go', { data: [stored], isPurge: true }, true],
  ["data on somebody else's volume", { data: [abroad], isPurge: true }, false],
];
for (const [what, changes, expected] of works) {
  test(`${expected ? 'work' : 'no work'}: ${what}`, () => {
    assert.equal(hasWork({ ...nothing, ...changes }), expected);
  });
}

function user(phase: string, labels = {}): KubeObject {
  const volumes = [{ name: 'a' }, { name: 'b', persistentVolumeClaim: { claimName: 'redis-data' } }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels }, spec: { volumes }, status: { phase } };
}

test('only a living pod of others uses data', () => {
  for (const phase of ['Succeeded', 'Failed']) requireUnused([stored], [user(phase)]);
  requireUnused([stored], [user('Running', inventory.metadata.labels)]);
  requireUnused([{ ...stored, claim: 'mongo-data' }], [user('Running')]);
  assert.throws(() => requireUnused([stored], [user('Pending')]), /redis-data: somebody else works with the data/);
});
