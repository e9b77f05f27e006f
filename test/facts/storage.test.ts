import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeMeta, KubeObject } from '../../src/base/kube-types.ts';
import { readStorage } from '../../src/facts/storage.ts';
import type { VolumeSource } from '../../src/facts/types.ts';
import { managedByLabel, managedByValue } from '../../src/plan/labels.ts';
import { storageClassFacts, volumeFacts } from '../support/facts.ts';
import { clusterWith } from './fake-kube.ts';

const labels = { [managedByLabel]: managedByValue };

function storageClass(meta: Partial<KubeMeta> = {}, fields: object = {}): KubeObject {
  const apiVersion = 'storage.k8s.io/v1';
  return { apiVersion, kind: 'StorageClass', metadata: { name: 'c', ...meta }, provisioner: 'p', ...fields };
}

function volume(spec: object, meta: Partial<KubeMeta> = { labels }, status: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v', ...meta }, spec, status };
}

function claim(spec: object, meta: Partial<KubeMeta> = {}, status: object = {}): KubeObject {
  const metadata = { name: 'data', namespace: 'edgex', ...meta };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status };
}

const read = (...objects: readonly KubeObject[]) => readStorage(clusterWith(objects), 'edgex');

test('a cluster without storage has none', async () => {
  assert.deepEqual(await read(), { classes: [], volumes: [], claims: [] });
});

test('a class is told with what Kubernetes takes where it says nothing', async () => {
  const fields = { volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Retain', allowVolumeExpansion: true };
  const { classes } = await read(storageClass(), storageClass({ name: 'local-path' }, fields));
  assert.deepEqual(classes, [
    storageClassFacts({ name: 'c', provisioner: 'p' }),
    storageClassFacts({
      name: 'local-path',
      bindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Retain',
      allowsExpansion: true,
    }),
  ]);
});

test('a class whose provisioner is known is told with where its data lie', async () => {
  const { classes } = await read(storageClass({}, { provisioner: 'rancher.io/local-path' }));
  assert.equal(classes[0]?.scope, 'node');
  assert.match(classes[0]?.quirk ?? '', /first starts/);
});

const annotations: readonly (readonly [string, string, boolean])[] = [
  ['storageclass.kubernetes.io/is-default-class', 'true', true],
  ['storageclass.beta.kubernetes.io/is-default-class', 'true', true],
  ['storageclass.kubernetes.io/is-default-class', 'false', false],
];
for (const [annotation, value, isDefault] of annotations) {
  test(`${annotation}: ${value} makes it ${isDefault ? 'the' : 'no'} default`, async () => {
    const { classes } = await read(storageClass({ annotations: { [annotation]: value } }));
    assert.equal(classes[0]?.isDefault, isDefault);
  });
}

test('a volume is told with where its data lie and whose it is', async () => {
  const spec = {
    capacity: { storage: '512Mi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'manual',
    persistentVolumeReclaimPolicy: 'Retain',
    local: { path: '/var/lib/edgex/edgex/data' },
    claimRef: { namespace: 'edgex', name: 'data', uid: 'u', resourceVersion: '1' },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['pi'] }] }],
      },
    },
  };
  const annotations = { 'pv.kubernetes.io/provisioned-by': 'rancher.io/local-path' };
  const { volumes } = await read(volume(spec, { labels, annotations }, { phase: 'Released' }));
  assert.deepEqual(volumes, [
    volumeFacts({
      labels,
      phase: 'Released',
      capacity: '512Mi',
      className: 'manual',
      source: { kind: 'local', path: '/var/lib/edgex/edgex/data' },
      hostnames: ['pi'],
      provisioner: 'rancher.io/local-path',
      claim: { namespace: 'edgex', name: 'data', uid: 'u' },
    }),
  ]);
});

const sources: readonly (readonly [object, VolumeSource])[] = [
  [{ hostPath: { path: '/x' } }, { kind: 'hostPath', path: '/x' }],
  [{ nfs: { server: 's', path: '/x' } }, { kind: 'nfs', server: 's', path: '/x' }],
  [{ csi: { driver: 'd', volumeHandle: 'h' } }, { kind: 'csi', driver: 'd' }],
  [{ iscsi: { targetPortal: 'p' } }, { kind: 'other' }],
];
for (const [spec, source] of sources) {
  test(`a volume's data may lie on ${source.kind}`, async () => {
    assert.deepEqual((await read(volume(spec))).volumes[0]?.source, source);
  });
}

test("somebody else's volume is seen too, with what Kubernetes takes where it says nothing", async () => {
  const { volumes } = await read(volume({ volumeMode: 'Block' }, { labels: { [managedByLabel]: 'Helm' } }));
  const rest = { phase: 'Pending', capacity: '0', accessModes: [], isBlock: true };
  assert.deepEqual(volumes, [volumeFacts({ labels: { [managedByLabel]: 'Helm' }, ...rest })]);
});

test('a claim is told with its class, volume and size, as far as it has them', async () => {
  const bound = { storageClassName: 'c', volumeName: 'v', resources: { requests: { storage: '1Gi' } } };
  const { claims } = await read(claim(bound, {}, { phase: 'Bound' }), claim({ storageClassName: '' }, { name: 'new' }));
  assert.deepEqual(claims, [
    { name: 'data', labels: {}, phase: 'Bound', className: 'c', volumeName: 'v', size: '1Gi' },
    { name: 'new', labels: {}, phase: 'Pending', size: '0' },
  ]);
});

test("another namespace's claim is left alone", async () => {
  assert.deepEqual((await read(claim({}, { namespace: 'other' }))).claims, []);
});
