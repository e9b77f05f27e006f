import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../../src/base/errors.ts';
import { makeReport } from '../../../src/commands/verification/report.ts';
import type { CheckResult } from '../../../src/verify/types.ts';
import { healthyFacts, iso, nowMs, podOf, withServices } from '../../verify/healthy-facts.ts';

const data = 'edgex-core-data';
const base = { startedMs: nowMs, elapsedMs: 12_000, isStrict: false, isPre: false, architecture: 'arm64' };

function check(code: string, changes: Partial<CheckResult> = {}): CheckResult {
  return { code, category: 'data', title: code, level: 'error', outcome: 'passed', elapsedMs: 1, ...changes };
}

describe('the report of a verification', () => {
  it('has how the newest pod of a service came up', async () => {
    const pod = podOf(data, { restartCount: 2, state: { running: { startedAt: iso(-5_000) } } });
    const gates = {
      name: 'gates',
      image: 'i',
      ready: true,
      restartCount: 0,
      state: { terminated: { exitCode: 0, finishedAt: iso(-6_000) } },
    };
    const conditions = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: iso(-4_000) }];
    const whole = {
      ...pod,
      metadata: { ...pod.metadata, creationTimestamp: iso(-10_000) },
      spec: { ...pod.spec, nodeName: 'pi' },
      status: { ...pod.status, initContainerStatuses: [gates], conditions },
    };
    const facts = healthyFacts(withServices({ [data]: { pod: whole } }));
    const report = await makeReport({ ...base, facts, checks: [check('a')] });
    assert.deepEqual(
      report.timelines.find(({ service }) => service === data),
      {
        service: data,
        createdMs: nowMs - 10_000,
        gatesPassedMs: nowMs - 6_000,
        startedMs: nowMs - 5_000,
        readyMs: nowMs - 4_000,
        waitsFor: ['edgex-core-consul', 'edgex-mongo'],
        restarts: 2,
      },
    );
    const summary = report.services.find(({ name }) => name === data);
    assert.deepEqual(
      [summary?.version, summary?.node, summary?.restarts, summary?.sinceMs],
      ['1.1.0', 'pi', 2, nowMs - 10_000],
    );
  });

  it('has the rate of events over the window, and how many came from each device', async () => {
    const { events } = await makeReport({ ...base, facts: healthyFacts(), checks: [check('events-arrive')] });
    assert.deepEqual(events?.samples, [
      { atMs: 0, count: 0 },
      { atMs: 10_000, count: 6 },
    ]);
    assert.equal(events?.perMinute, 36);
    assert.equal(events?.expectedPerMinute, 38);
    assert.deepEqual(
      events?.devices.map(({ count }) => count),
      [2, 2, 2, 2],
    );
  });

  it('counts warnings as such, and against the verdict only where they are to', async () => {
    const checks = [
      check('a'),
      check('b', { outcome: 'failed', level: 'warning' }),
      check('c', { outcome: 'skipped' }),
    ];
    const report = await makeReport({ ...base, facts: healthyFacts(), checks });
    assert.deepEqual(report.counts, { passed: 1, failed: 0, skipped: 1, warnings: 1 });
    assert.equal(report.verdict, 'passed');
    assert.equal((await makeReport({ ...base, isStrict: true, facts: healthyFacts(), checks })).verdict, 'failed');
  });

  it('asks nothing of a cluster that cannot be reached', async () => {
    const never = () => Promise.reject(new Error('asked'));
    const facts = healthyFacts({ cluster: never, machine: never, services: never, versions: never });
    const checks = [check('cluster-reachable', { outcome: 'failed', level: 'fatal' })];
    const { cluster, services, machine, verdict } = await makeReport({ ...base, facts, checks });
    assert.deepEqual([cluster, services, machine.isNode, verdict], [undefined, [], false, 'failed']);
  });

  it('leaves out what cannot be read', async () => {
    const silent = new BootError({ exit: 'timeout', object: 'x', cause: 'no answer' });
    const facts = healthyFacts({ versions: () => Promise.reject(silent) });
    const report = await makeReport({ ...base, facts, checks: [check('a')] });
    assert.ok(report.services.every(({ version }) => version === undefined));
  });
});
