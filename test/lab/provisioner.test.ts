import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClassOf, claimsToServe, volumeFor, volumesToRemove } from './provisioner.ts';
import type { Claim, Volume } from './volume-types.ts';

const network: ClassOf = { name: 'net', provisioner: 'x/net', waitsForConsumer: false, reclaimPolicy: 'Delete' };
const local: ClassOf = { ...network, waitsForConsumer: true };
const askedOf = 'volume.kubernetes.io/storage-provisioner';
const selected = { 'volume.kubernetes.io/selected-node': 'node2' };

function claim(annotations = {}, spec = {}, phase = 'Pending'): Claim {
  return {
    metadata: {
      ...{ namespace: 'a', name: 'data', uid: 'u', resourceVersion: '7' },
      annotations: { [askedOf]: 'x/net', ...annotations },
    },
    spec: {
      ...{ storageClassName: 'net', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      ...spec,
    },
    status: { phase },
  };
}

function volume(phase: string, persistentVolumeReclaimPolicy: string, provisioner = 'x/net'): Volume {
  const annotations = { 'pv.kubernetes.io/provisioned-by': provisioner };
  return {
    metadata: { name: 'pvc-u', uid: 'v', annotations },
    spec: { storageClassName: 'net', persistentVolumeReclaimPolicy },
    status: { phase },
  };
}

const claims: readonly [what: string, of: ClassOf, claim: Claim, isServed: boolean][] = [
  ['a claim that waits', network, claim(), true],
  ['a claim without a consumer', local, claim(), false],
  ['a claim with a consumer', local, claim(selected), true],
  ['a claim of another class', network, claim({}, { storageClassName: 'other' }), false],
  ['a claim that Kubernetes asks another to serve', network, claim({ [askedOf]: 'y' }), false],
  ['a claim that is bound', network, claim({}, {}, 'Bound'), false],
];

for (const [what, of, one, isServed] of claims) {
  test(`${what} ${isServed ? 'gets a volume' : 'gets none'}`, () => {
    assert.equal(claimsToServe(of, [one], []).length, isServed ? 1 : 0);
  });
}

test('a claim gets one volume only, kept for it', () => {
  const made = volume('Available', 'Delete');
  assert.deepEqual(claimsToServe(network, [claim()], [made]), []);
  const { metadata, spec } = volumeFor(network, claim(), { nfs: {} }) as Volume & { spec: { claimRef: object } };
  assert.equal(metadata.name, made.metadata.name);
  const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'a', name: 'data' };
  assert.deepEqual(spec.claimRef, { ...ref, uid: 'u', resourceVersion: '7' });
});

const volumes: readonly [what: string, volume: Volume, isRemoved: boolean][] = [
  ['a volume whose claim is gone', volume('Released', 'Delete'), true],
  ['a volume that is kept', volume('Released', 'Retain'), false],
  ['a volume that is bound', volume('Bound', 'Delete'), false],
  ['a volume of another provisioner', volume('Released', 'Delete', 'y'), false],
];

for (const [what, one, isRemoved] of volumes) {
  test(`${what} ${isRemoved ? 'is removed' : 'stays'}`, () => {
    assert.equal(volumesToRemove(network, [one]).length, isRemoved ? 1 : 0);
  });
}
