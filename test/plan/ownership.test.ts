import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { requireOwnership } from '../../src/plan/ownership.ts';
import { fujiPlan } from '../support/fuji.ts';

const plan = fujiPlan({ storage: 'nfs://nas/export' });

/** The planned object of this name, as somebody else would have made it. */
function foreign(kind: string, name: string): KubeObject {
  const found = plan.objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, name);
  const { labels: _labels, ...metadata } = found.metadata;
  return { ...found, metadata };
}

function refusal(...live: readonly KubeObject[]) {
  try {
    requireOwnership(plan.objects, factsOf(plan.namespace, live));
  } catch (error) {
    assert.ok(isBootError(error), String(error));
    return error.details;
  }
  throw new Error('nothing was refused');
}

test('what is ours may be written', () => {
  requireOwnership(plan.objects, factsOf(plan.namespace, plan.objects));
});

const cases: readonly (readonly [string, string, RegExp])[] = [
  ['Service', 'edgex-core-data', /^Rename or delete what is there, or install into another --namespace\.$/],
  ['PersistentVolumeClaim', 'mongo-data', /^Install into another .* only when nobody needs its data\.$/],
  ['PersistentVolume', 'edgex-edgex-mongo-data', /^Install into another .* only when nobody needs its data\.$/],
];
for (const [kind, name, hint] of cases) {
  test(`a ${kind} of somebody else is told, and what may be done about it`, () => {
    const details = refusal(foreign(kind, name));
    assert.equal(details.exit, 'preflight');
    assert.match(details.object, new RegExp(name));
    assert.match(details.cause, /made by somebody else.*nothing was changed/);
    assert.match(details.hint ?? '', hint);
  });
}

test('what is on its way out is not written again', () => {
  const service = plan.objects.find(({ kind }) => kind === 'Service') as KubeObject;
  const leaving = { ...service, metadata: { ...service.metadata, deletionTimestamp: '2026-11-24T12:00:00Z' } };
  assert.match(refusal(leaving).cause, /on its way out/);
});
