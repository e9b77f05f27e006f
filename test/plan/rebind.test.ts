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

test('a released volume forgets its deleted claim, as it was when it was read', () => {
  assert.deepEqual(rebind(volume(stale, 'Released'), claimRef), {
    patch: { metadata: { resourceVersion: '34' }, spec: { claimRef: { uid: null, resourceVersion: null } } },
    fields: [
      { path: 'spec.claimRef.uid', from: 'u-1' },
      { path: 'spec.claimRef.resourceVersion', from: '12' },
    ],
  });
});

const others: readonly (readonly [what: string, live: KubeObject])[] = [
  ['a bound volume', volume(stale, 'Bound')],
  ['a volume that is only just made', volume(claimRef)],
  ['a released volume that has forgotten already', volume(claimRef, 'Released')],
  ['a volume of a claim of another name', volume({ ...stale, name: 'other' }, 'Released')],
  ['a volume of a claim of another namespace', volume({ ...stale, namespace: 'other' }, 'Released')],
];
for (const [what, live] of others) {
  test(`${what} is left alone`, () => assert.equal(rebind(live, claimRef), undefined));
}
