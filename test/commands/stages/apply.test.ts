import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type KubeObject, refOf } from '../../../src/base/kube-types.ts';
import { apply } from '../../../src/commands/stages/apply.ts';
import type { Run } from '../../../src/commands/stages/run.ts';
import { factsOf } from '../../../src/facts/installed.ts';
import { draftChanges } from '../../../src/plan/changes.ts';
import { refKey } from '../../../src/plan/inventory.ts';
import { fakeKube } from '../../apply/fake-kube.ts';
import { fujiPlan } from '../../support/fuji.ts';

/** Installs on an empty cluster where every pod ends well at once, and returns what was made, in its order. */
async function madeWith(storage: string): Promise<readonly string[]> {
  const plan = fujiPlan({ database: 'redis', storage });
  const kube = fakeKube();
  const made: string[] = [];
  const note = (object: KubeObject): void => {
    made.push(`${object.kind} ${object.metadata.name}`);
  };
  const create = async (object: KubeObject): Promise<KubeObject> => {
    note(object);
    const pod = { ...(await kube.create(object)), status: { phase: 'Succeeded' } };
    kube.objects.set(refKey(refOf(object)), pod);
    return pod;
  };
  const run: Partial<Run> = {
    plan,
    changes: draftChanges(plan, factsOf(plan.namespace, [])),
    kube: {
      ...kube,
      create,
      apply: async (object, options) => {
        // As on a slow server, where it matters what waits for what.
        if (object.kind === 'PersistentVolumeClaim') await delay(20);
        note(object);
        return kube.apply(object, options);
      },
    },
    emit: () => undefined,
    signal: new AbortController().signal,
    deadlineMs: Number.POSITIVE_INFINITY,
    options: { forceConflicts: false } as Run['options'],
  };
  await apply(run as Run);
  return made;
}

const claim = /^PersistentVolumeClaim /;
const probe = /^Pod /;

it('claims are made before the pods that try their volumes', async () => {
  const made = await madeWith('class:fast');
  assert.equal(made.filter((each) => claim.test(each)).length, 3);
  assert.equal(made.filter((each) => probe.test(each)).length, 3);
  assert.ok(made.findLastIndex((each) => claim.test(each)) < made.findIndex((each) => probe.test(each)));
});

it('no workload that has a volume is made before that is tried, and those that wait for others come last', async () => {
  const made = await madeWith('nfs://nas/export');
  const at = (name: string): number => made.indexOf(`Deployment ${name}`);
  assert.ok(made.findIndex((each) => probe.test(each)) < at('edgex-redis'));
  assert.ok(at('edgex-redis') < at('edgex-core-data'));
});
