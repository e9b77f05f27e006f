import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeEvent } from '../../src/base/kube-types.ts';
import { beganAtMs, probeKill, type Run } from '../../src/wait/runs.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

function run(fromSeconds: number, untilSeconds: number, exitCode = 137): Run {
  return { exitCode, reason: 'Error', startedAt: at(fromSeconds), finishedAt: at(untilSeconds) };
}

function event(reason: string, message: string, atSeconds: number): KubeEvent {
  const involvedObject = { kind: 'Pod', name: 'x' };
  const metadata = { name: 'x' };
  return { apiVersion: 'v1', kind: 'Event', metadata, reason, message, lastTimestamp: at(atSeconds), involvedObject };
}

const app = { name: 'app', startupProbe: { periodSeconds: 1, failureThreshold: 120 } };
const startupFails = event('Unhealthy', 'Startup probe failed: refused', 25);
const livenessFails = event('Unhealthy', 'Liveness probe failed: refused', 25);
const killing = (probe: string, atSeconds: number): KubeEvent =>
  event('Killing', `Container app failed ${probe} probe, will be restarted`, atSeconds);

describe('a run that a probe has ended', () => {
  it('is known by what the kubelet said during that run', () => {
    assert.match(probeKill(run(200, 300, 0), app, [killing('liveness', 298)]) ?? '', /failed liveness probe/);
  });

  it('is not known by what the kubelet said of another run', () => {
    assert.equal(probeKill(run(200, 300, 0), app, [killing('liveness', 180), killing('liveness', 302)]), undefined);
  });

  const silent: Readonly<Record<string, readonly [Run, readonly KubeEvent[], string | undefined]>> = {
    'as long as the start-up probe lets it': [run(0, 122), [startupFails], 'startup'],
    'as long, and given its time to end': [run(0, 151, 0), [startupFails], 'startup'],
    'as long, without a failed start-up probe': [run(0, 122, 1), [], undefined],
    'shorter than that': [run(0, 60, 1), [startupFails], undefined],
    'much longer': [run(0, 600, 1), [startupFails], undefined],
    'killed after failures of the liveness probe': [run(0, 600), [livenessFails], 'liveness'],
    'that ended by itself after failures of the liveness probe': [run(0, 600, 1), [livenessFails], undefined],
  };
  for (const [which, [ended, events, probe]] of Object.entries(silent)) {
    it(`is guessed when the kubelet is silent: ${which}`, () => {
      assert.equal(probeKill(ended, app, events), probe && `Container app failed ${probe} probe`);
    });
  }

  it('had no start-up probe to fail where there is none', () => {
    assert.equal(probeKill(run(0, 31, 1), { name: 'app' }, [startupFails]), undefined);
  });
});

it('a run that never came to pass began when it ended', () => {
  const started = '1970-01-01T00:00:00Z';
  assert.equal(beganAtMs({ exitCode: 128, startedAt: started, finishedAt: at(7) }), Date.parse(at(7)));
});
