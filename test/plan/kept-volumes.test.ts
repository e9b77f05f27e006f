import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { readVolume } from '../../src/facts/volumes.ts';
import { draftChanges } from '../../src/plan/changes.ts';
import { keepVolume } from '../../src/plan/kept-volumes.ts';
import { commonLabels } from '../../src/plan/labels.ts';
import { splitChanges, stepsOf } from '../../src/plan/steps.ts';
import { clusterFacts, installedFacts, noStorage } from '../support/facts.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';

const release = fuji();
const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'redis-data', namespace: 'edgex', uid: 'u-1' },
};
const labels = { ...commonLabels(release), 'edgex-boot/claim': 'redis-data', 'edgex-boot/namespace': 'edgex' };
const provisioned = { 'pv.kubernetes.io/provisioned-by': 'rancher.io/local-path' };

function volume(spec: object, metadata: Partial<KubeObject['metadata']> = {}, phase = 'Bound'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-1', resourceVersion: '7', annotations: provisioned, ...metadata },
    spec: {
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'local-path',
      capacity: { storage: '512Mi' },
      claimRef: { namespace: 'edgex', name: 'redis-data', uid: 'u-1', resourceVersion: '5' },
      ...spec,
    },
    status: { phase },
  };
}

test('a volume that would go with our claim is kept, and labelled', () => {
  assert.deepEqual(keepVolume(volume({}), claim, release), {
    patch: { metadata: { labels }, spec: { persistentVolumeReclaimPolicy: 'Retain' } },
    fields: [
      { path: 'metadata.labels', to: labels },
      { path: 'spec.persistentVolumeReclaimPolicy', from: 'Delete', to: 'Retain' },
    ],
  });
});

test('one that stays anyway is only labelled, and one that is labelled only kept', () => {
  const retained = volume({ persistentVolumeReclaimPolicy: 'Retain' });
  assert.deepEqual(keepVolume(retained, claim, release)?.patch, { metadata: { labels } });
  const labelled = volume({}, { labels });
  assert.deepEqual(keepVolume(labelled, claim, release)?.patch, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
});

const untouched: readonly (readonly [string, KubeObject])[] = [
  ['one that is kept already', volume({ persistentVolumeReclaimPolicy: 'Retain' }, { labels })],
  ['one that no provisioner made', volume({}, { annotations: {} })],
  ['one of a claim that had the same name before', volume({ claimRef: { uid: 'u-0' } })],
  ['one that is bound to nothing', volume({ claimRef: undefined })],
];
for (const [what, live] of untouched) {
  test(`${what} is left alone`, () => assert.equal(keepVolume(live, claim, release), undefined));
}

const released = volume({ persistentVolumeReclaimPolicy: 'Retain' }, { labels }, 'Released');

function planWith(...volumes: readonly KubeObject[]) {
  const storage = { ...noStorage, volumes: volumes.map(readVolume) };
  const facts = { cluster: clusterFacts({ name: 'pi' }), storage, installed: installedFacts('edgex') };
  return fujiPlan({ database: 'redis', facts });
}

test('a later installation binds the volume that was kept, on its class, and forgets the old claim', () => {
  const plan = planWith(released);
  const found = plan.objects.find(({ kind, metadata }) => kind === claim.kind && metadata.name === 'redis-data');
  assert.deepEqual(found?.spec, {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '512Mi' } },
    storageClassName: 'local-path',
    volumeName: 'pvc-1',
  });
  const changes = draftChanges(plan, factsOf('edgex', [released]));
  const rebinding = changes.filter(({ ref }) => ref.kind === 'PersistentVolume');
  assert.deepEqual(
    rebinding.map(({ ref, action, object, patch }) => [ref.name, action, object, patch]),
    [
      [
        'pvc-1',
        'changed',
        undefined,
        { metadata: { resourceVersion: '7' }, spec: { claimRef: { uid: null, resourceVersion: null } } },
      ],
    ],
  );
  assert.deepEqual(
    stepsOf(splitChanges(changes).groundwork).map(([first]) => first?.ref.kind),
    ['PersistentVolume', 'PersistentVolumeClaim', 'Service'],
  );
});

test("somebody else's volume is not rebound, though it had a claim of this name", () => {
  const foreign = volume({ persistentVolumeReclaimPolicy: 'Retain' }, { labels: {} }, 'Released');
  const changes = draftChanges(planWith(foreign), factsOf('edgex', [foreign]));
  assert.ok(!changes.some(({ ref }) => ref.name === 'pvc-1'));
});
