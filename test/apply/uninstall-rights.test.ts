import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removalRights, surveyRights } from '../../src/apply/uninstall-rights.ts';
import { type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { renderInventory } from '../../src/plan/inventory.ts';
import type { StoredData } from '../../src/plan/stored-data.ts';
import type { Removal } from '../../src/plan/uninstall.ts';
import { localPlan } from '../support/local-plan.ts';

const plan = localPlan();
const leftovers = { groundwork: [], inventory: renderInventory(plan, plan.objects.map(refOf)) };
const { namespace } = factsOf('edgex', plan.objects);
const nothing: Removal = { namespace, workloads: [], leftovers: { groundwork: [] }, data: [], isPurge: false };
const stored: StoredData = { claim: 'redis-data', hasClaim: true, place: 'x', removal: { by: 'provisioner' } };

function rightsFor(changes: Partial<Removal>): readonly string[] {
  const rights = removalRights({ ...nothing, ...changes }).filter(({ resource }) => resource !== 'leases');
  return rights.map(({ verb, resource }) => `${verb} ${resource}`).toSorted();
}

test('rights are those of what is there, and no more', () => {
  const owned: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: 'r' }] },
  };
  const bare = plan.objects.filter(({ kind }) => kind === 'Deployment');
  assert.deepEqual(rightsFor({ workloads: [...bare, owned], data: [stored], leftovers }), [
    'delete deployments',
    'patch configmaps',
  ]);
  assert.deepEqual(rightsFor({ isPurge: true, data: [stored], leftovers }), [
    'delete configmaps',
    'delete namespaces',
    'delete persistentvolumeclaims',
    'get configmaps',
    'get namespaces',
    'get persistentvolumeclaims',
    'get persistentvolumes',
    'patch persistentvolumes',
  ]);
});

test('to look takes lists only, and the nodes only where data are to go', () => {
  const rights = (isPurge: boolean) =>
    surveyRights('edgex', isPurge).map(({ verb, resource }) => `${verb} ${resource}`);
  assert.ok(rights(false).every((right) => /^get (namespaces|leases)$/.test(right) || right.startsWith('list ')));
  assert.deepEqual(
    rights(true).filter((right) => !rights(false).includes(right)),
    ['list nodes'],
  );
});
