import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../../src/plan/labels.ts';
import { proveEvents } from '../../src/verify/prove.ts';
import { fakeKube } from '../apply/fake-kube.ts';
import { fakeReach, patience } from '../consul/fakes.ts';
import { fujiPlan } from '../support/fuji.ts';

const plan = fujiPlan({ database: 'redis' });
const sender = 'edgex-device-virtual';

function pod(restartCount: number, phase = 'Running'): KubeObject {
  const labels = { [managedByLabel]: managedByValue, [serviceLabel]: sender };
  const lastState = restartCount > 0 ? { terminated: { exitCode: 3 } } : {};
  const status = { phase, containerStatuses: [{ name: sender, restartCount, lastState }] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${sender}-${phase}`, namespace: plan.namespace, labels },
    status,
  };
}

type Logs = (previous: boolean | undefined) => string;

/** The details of the error with which a silent system ends. */
async function prove(pods: readonly KubeObject[], logs: Logs, counts: readonly string[] = ['7']) {
  const answers = [...counts];
  const reach = fakeReach(() => ({ status: 200, body: (answers.length > 1 ? answers.shift() : answers[0]) ?? '' }));
  const kube = {
    list: fakeKube(pods).list,
    logs: async (...[, , , { previous }]: Parameters<ReturnType<typeof fakeKube>['logs']>) => logs(previous),
  };
  try {
    await proveEvents(plan, { kube, reach, patience: patience(), emit: () => undefined });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BootError);
    return error.details;
  }
}

describe('the proof that events arrive', () => {
  it('is the first one that comes', async () => {
    assert.equal(await prove([], () => '', ['7', '7', '8']), undefined);
  });

  it('fails with the last words of whoever should have sent one', async () => {
    const details = await prove([pod(0)], (previous) => (previous ? '' : 'level=INFO one\n\nlevel=INFO two\n'));
    assert.equal(details?.exit, 'verify');
    assert.equal(details?.object, sender);
    assert.match(details?.cause ?? '', /no event arrived at edgex-core-data in 10 s, though every service is ready/);
    assert.deepEqual(details?.evidence, [`log of ${sender}:`, '  level=INFO one', '  level=INFO two']);
  });

  it('asks the pod that runs, not one that went down with its node', async () => {
    const details = await prove([pod(3, 'Failed'), pod(0)], () => 'still here');
    assert.deepEqual(details?.evidence, [`log of ${sender}:`, '  still here']);
  });

  it('tells how often it has ended, and what it said before', async () => {
    const details = await prove([pod(4)], (previous) => (previous ? 'panic' : ''));
    assert.deepEqual(details?.evidence, [
      `${sender} has ended (restarts: 4), at last with exit code 3`,
      `log of ${sender}, last run:`,
      '  panic',
    ]);
  });

  it('is not hidden by a log that can not be had', async () => {
    const details = await prove([pod(0)], () => {
      throw new BootError({ exit: 'cluster', object: 'log', cause: 'forbidden' });
    });
    assert.deepEqual(details?.evidence, [`log of ${sender}:`, '  not to be had: forbidden']);
  });

  it('names who has no pod', async () => {
    assert.deepEqual((await prove([], () => ''))?.evidence, [`${sender}: it has no pod`]);
  });
});
