import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { draftChanges } from '../../src/plan/changes.ts';
import { requirePodSecurity } from '../../src/plan/pod-security.ts';
import type { Plan } from '../../src/plan/types.ts';
import { fujiPlan } from '../support/fuji.ts';
import { localPlan } from '../support/local-plan.ts';

const mongoOnClass = fujiPlan({ storage: 'class:fast' });

function check(plan: Plan, level: string, isInstalled = false) {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  const installed = factsOf(plan.namespace, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: plan.namespace, labels } },
  ]);
  const changes = draftChanges(plan, installed);
  const unchanged = changes.map((change) => ({ ...change, action: 'unchanged' as const }));
  requirePodSecurity(isInstalled ? unchanged : changes, plan, installed);
}

const allowed: readonly (readonly [string, () => void])[] = [
  ['privileged allows local volumes', () => check(localPlan(), 'privileged')],
  ['baseline allows a storage class', () => check(mongoOnClass, 'baseline')],
  ['what runs already is not refused', () => check(localPlan(), 'restricted', true)],
];
for (const [what, isAllowed] of allowed) test(what, () => assert.doesNotThrow(isAllowed));

const refused: readonly (readonly [string, () => void, readonly RegExp[], RegExp])[] = [
  [
    'baseline refuses the pod that makes directories',
    () => check(localPlan(), 'baseline'),
    [/directories of the volumes/],
    /--storage class:NAME.*enforce=privileged$/,
  ],
  [
    'restricted refuses what runs as root',
    () => check(mongoOnClass, 'restricted'),
    [/^edgex-mongo/, /^edgex-support-rulesengine/, /^edgex-device-virtual/],
    /enforce=baseline$/,
  ],
];
for (const [what, isRefused, evidence, hint] of refused) {
  test(`${what}, before anything is written`, () => {
    assert.throws(isRefused, (error: unknown) => {
      assert.ok(isBootError(error));
      assert.equal(error.details.exit, 'preflight');
      assert.equal(error.details.evidence?.length, evidence.length);
      for (const [index, line] of evidence.entries()) assert.match(error.details.evidence?.[index] ?? '', line);
      assert.match(error.details.hint ?? '', hint);
      return true;
    });
  });
}
