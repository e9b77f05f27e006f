import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { rebind } from '../../src/plan/rebind.ts';

const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'edgex', name: 'data' };
const stale = { ...claimRef, uid: 'u-1', resourceVersion: '12' };

function volume(claim: object | undefined, phase?: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'edgex-edgex-data', resourceVersion: '34' },
    spec: { ...(claim ? { claimRef: claim } : {}) },
    ...(phase ? { status: { phase } } : {}),
  };
}
const planned = volume(claimRef);

test('a released volume forgets its deleted claim, as it was when it was read', () => {
  assert.deepEqual(rebind(planned, volume(stale, 'Released')), {
    patch: { metadata: { resourceVersion: '34' }, spec: { claimRef: { uid: null, resourceVersion: null } } },
    fields: [
      { path: 'spec.claimRef.uid', from: 'u-1' },
      { path: 'spec.claimRef.resourceVersion', from: '12' },
    ],
  });
});

const others: readonly (readonly [what: string, planned: KubeObject, live: KubeObject])[] = [
  ['a bound volume', planned, volume(stale, 'Bound')],
  ['a volume that is only just made', planned, volume(claimRef)],
  ['a released volume that has forgotten already', planned, volume(claimRef, 'Released')],
  ['a volume of a claim of another name', planned, volume({ ...stale, name: 'other' }, 'Released')],
  ['a volume of a claim of another namespace', planned, volume({ ...stale, namespace: 'other' }, 'Released')],
  ['another kind', { ...planned, kind: 'Service' }, volume(stale, 'Released')],
];
for (const [what, wanted, live] of others) {
  test(`${what} is left alone`, () => assert.equal(rebind(wanted, live), undefined));
}
