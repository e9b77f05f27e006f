import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { draftChanges, type ObjectChange } from '../../src/plan/changes.ts';
import { readInventory, renderInventory } from '../../src/plan/inventory.ts';
import { commonLabels, managedByLabel } from '../../src/plan/labels.ts';
import { needsPreparation, splitChanges, stepsOf } from '../../src/plan/steps.ts';
import type { Plan } from '../../src/plan/types.ts';
import { localPlan } from '../support/local-plan.ts';

const full = localPlan({ with: ['mqtt-export'] });
const fewer = localPlan({ without: ['logging'] });

/** Everything that a plan makes, as if it had been installed. */
const installed = (plan: Plan): readonly KubeObject[] => [
  ...plan.objects,
  renderInventory(plan, plan.objects.map(refOf)),
];
const names = (changes: readonly ObjectChange[], action: string) =>
  changes.filter((change) => change.action === action).map(({ ref }) => formatRef(ref));
const ours = { ...commonLabels(full.release), 'edgex-boot/namespace': full.namespace };

test('where nothing is, everything is created: namespace, inventory, volumes, claims, the rest', () => {
  const changes = draftChanges(full, factsOf(full.namespace, []));
  assert.equal(changes.length, full.objects.length + 1);
  assert.ok(changes.every(({ action }) => action === 'created'));
  const kinds = changes.map(({ ref }) => ref.kind);
  assert.deepEqual(
    [...new Set(kinds)],
    ['Namespace', 'ConfigMap', 'PersistentVolume', 'PersistentVolumeClaim', 'Service', 'Deployment'],
  );
});

test('what the plan no longer has goes, workloads before Services; claims and volumes stay and stay listed', () => {
  const changes = draftChanges(fewer, factsOf(fewer.namespace, installed(localPlan())));
  assert.deepEqual(names(changes, 'deleted'), ['deployment/edgex-support-logging', 'service/edgex-support-logging']);
  assert.ok(!changes.some(({ ref }) => ref.name.endsWith('log-data')), 'what holds data is not among the changes');
  const inventories = changes.flatMap(({ object, ref }) => (object && ref.kind === 'ConfigMap' ? [object] : []));
  assert.equal(inventories.length, 2);
  const listed = inventories.map((each) => readInventory([each], fewer.namespace)?.objects.map(formatRef) ?? []);
  const [superset = [], trimmed = []] = listed;
  assert.ok(superset.includes('deployment/edgex-support-logging'));
  assert.ok(!trimmed.includes('deployment/edgex-support-logging'));
  assert.ok(trimmed.includes('persistentvolumeclaim/log-data'));
  assert.ok(trimmed.includes('persistentvolume/edgex-edgex-log-data'));
  assert.equal(changes.at(-1)?.ref.kind, 'ConfigMap', 'trimmed at the very end');
});

test('what a backup that was killed noted goes when the replicas are given back', () => {
  const live = installed(full).map((object) =>
    object.metadata.name === 'edgex-core-data' && object.kind === 'Deployment'
      ? { ...object, metadata: { ...object.metadata, annotations: { 'edgex-boot/replicas': '1' } } }
      : object,
  );
  const patched = draftChanges(full, factsOf(full.namespace, live)).filter(({ patch }) => patch !== undefined);
  assert.deepEqual(
    patched.map(({ ref, patch }) => [formatRef(ref), patch]),
    [['deployment/edgex-core-data', { metadata: { annotations: { 'edgex-boot/replicas': null } } }]],
  );
});

test('a second plan of the same deletes nothing and leaves the inventory as it is', () => {
  const changes = draftChanges(full, factsOf(full.namespace, installed(full)));
  assert.deepEqual(names(changes, 'deleted'), []);
  const inventories = changes.filter(({ ref }) => ref.kind === 'ConfigMap');
  assert.equal(inventories.length, 1);
  assert.deepEqual(inventories[0]?.object, renderInventory(full, full.objects.map(refOf)));
});

test('only what is listed, there, and ours is deleted', () => {
  const labelled = (labels: Record<string, string>, object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, labels },
  });
  const live = installed(full).flatMap((object) => {
    if (object.kind === 'Deployment' && object.metadata.name.endsWith('mqtt-export')) return [];
    if (object.kind === 'Service' && object.metadata.name.endsWith('mqtt-export')) return [labelled({}, object)];
    return [object];
  });
  const unlisted = labelled(ours, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'mine', namespace: 'edgex' },
  });
  const changes = draftChanges(localPlan(), factsOf(full.namespace, [...live, unlisted]));
  assert.deepEqual(names(changes, 'deleted'), []);
});

test('an inventory that somebody wrote into its own list is not deleted', () => {
  const inventory = renderInventory(full, full.objects.map(refOf));
  const ownList = renderInventory(full, [...full.objects, inventory].map(refOf));
  const changes = draftChanges(full, factsOf(full.namespace, [...full.objects, ownList]));
  assert.deepEqual(names(changes, 'deleted'), []);
});

test('a namespace that somebody else made is used, and neither changed nor listed', () => {
  const foreign = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: full.namespace, labels: { team: 'a' } } };
  const changes = draftChanges(full, factsOf(full.namespace, [foreign]));
  assert.ok(!changes.some(({ ref }) => ref.kind === 'Namespace'));
  const inventory = changes.flatMap(({ object }) => object ?? []);
  assert.ok(!readInventory(inventory, full.namespace)?.objects.some(({ kind }) => kind === 'Namespace'));
});

const owners: readonly (readonly [what: string, metadata: object, words: RegExp])[] = [
  ['labels', { labels: { [managedByLabel]: 'Helm', 'app.kubernetes.io/instance': 'iot' } }, /Helm, instance iot$/],
  ['an owner', { ownerReferences: [{ kind: 'EdgeX', name: 'main', uid: '1' }] }, /owned by edgex\/main$/],
  [
    'managed fields',
    { managedFields: [{ manager: 'kubectl' }, { manager: 'x', subresource: 'status' }] },
    /by kubectl$/,
  ],
  ['nothing', {}, /does not say by whom$/],
];
for (const [what, metadata, words] of owners) {
  test(`a foreign object is refused, and its owner is told from ${what}`, () => {
    const refs = [full.objects.find(({ kind }) => kind === 'Service'), full.objects.at(-1)];
    const live = refs.flatMap((object) => (object ? [{ ...object, metadata: { ...refOf(object), ...metadata } }] : []));
    const details = refusal(() => draftChanges(full, factsOf(full.namespace, live)));
    assert.equal(details.exit, 'preflight');
    assert.equal(details.evidence?.length, 2, 'all of them in one message');
    assert.match(details.evidence?.[0] ?? '', words);
    assert.match(details.hint ?? '', /--namespace/);
  });
}

test('a volume of another installation is not ours, though its name is', () => {
  const volume = full.objects.find(({ kind }) => kind === 'PersistentVolume');
  assert.ok(volume);
  const labels = { ...volume.metadata.labels, 'edgex-boot/namespace': 'edgex-2' };
  const details = refusal(() =>
    draftChanges(full, factsOf(full.namespace, [{ ...volume, metadata: { ...volume.metadata, labels } }])),
  );
  assert.equal(details.object, `persistentvolume/${volume.metadata.name}`);
  assert.match(details.evidence?.[0] ?? '', /installation in namespace edgex-2/);
});

test('a namespace on its way out is named, with what holds it up', () => {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: full.namespace, labels: ours, deletionTimestamp: '2020-01-01T00:00:00Z' },
    spec: { finalizers: ['kubernetes'] },
    status: { conditions: [{ type: 'NamespaceContentRemaining', status: 'True', message: '1 pod remains' }] },
  };
  const details = refusal(() => draftChanges(full, factsOf(full.namespace, [namespace])));
  assert.equal(details.object, `namespace/${full.namespace}`);
  assert.match(details.evidence?.join() ?? '', /finalizers: kubernetes,1 pod remains/);
});

test('a claim on its way out is not built upon', () => {
  const live = installed(full).map((object) =>
    object.kind === 'PersistentVolumeClaim'
      ? {
          ...object,
          metadata: {
            ...object.metadata,
            deletionTimestamp: '2020-01-01T00:00:00Z',
            finalizers: ['kubernetes.io/pvc-protection'],
          },
        }
      : object,
  );
  const details = refusal(() => draftChanges(full, factsOf(full.namespace, live)));
  assert.match(details.evidence?.join() ?? '', /persistentvolumeclaim\/consul-data: .*pvc-protection/);
});

test('changes are parted where directories are made, and no deletion comes before the end', () => {
  const changes = draftChanges(fewer, factsOf(fewer.namespace, installed(full)));
  const { namespace, foundation, groundwork, free, first, gated, removals } = splitChanges(changes);
  const workloads = [...free, ...first, ...gated];
  assert.equal(
    namespace.length + foundation.length + groundwork.length + workloads.length + removals.length,
    changes.length,
  );
  const ground = [...namespace, ...foundation];
  assert.deepEqual(ground, changes.slice(0, ground.length), 'what all stands on comes first');
  assert.ok(workloads.every(({ ref, action }) => ref.kind === 'Deployment' && action !== 'deleted'));
  assert.ok(groundwork.every(({ action }) => action !== 'deleted'));
  assert.deepEqual([...removals], changes.slice(-removals.length));
});

test('each step has what stands on the steps before', () => {
  const steps = stepsOf(draftChanges(fewer, factsOf(fewer.namespace, installed(full))));
  const kinds = steps.map((step) => [...new Set(step.map(({ ref, action }) => `${action} ${ref.kind}`))]);
  assert.deepEqual(kinds, [
    ['changed Namespace'],
    ['changed ConfigMap'],
    ['changed PersistentVolume'],
    ['changed PersistentVolumeClaim'],
    ['changed Service', 'changed Deployment'],
    ['deleted Deployment', 'deleted Service'],
    ['changed ConfigMap'],
  ]);
});

test('directories are needed by new volumes and new pods, and not again when nothing is new', () => {
  const change = (kind: string, action: ObjectChange['action']): ObjectChange => ({
    ref: { apiVersion: 'v1', kind, name: 'x' },
    action,
    fields: [],
  });
  assert.equal(needsPreparation([change('PersistentVolume', 'created')]), true);
  assert.equal(needsPreparation([change('PersistentVolume', 'unchanged'), change('Deployment', 'created')]), true);
  assert.equal(needsPreparation([change('PersistentVolume', 'unchanged'), change('Deployment', 'changed')]), false);
});

function refusal(work: () => unknown) {
  try {
    work();
  } catch (error) {
    assert.ok(isBootError(error), String(error));
    return error.details;
  }
  throw new Error('nothing was refused');
}
