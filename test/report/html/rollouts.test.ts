import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstReadyMs, groupRollouts, phasesOf } from '../../../src/report/html/rollouts.ts';
import type { ServiceTimeline } from '../../../src/verify/types.ts';

const dayMs = 86_400_000;

function timeline(service: string, more: Partial<ServiceTimeline> = {}): ServiceTimeline {
  return { service, createdMs: 0, startedMs: 1_000, readyMs: 3_000, waitsFor: [], restarts: 0, ...more };
}

test('a start has its phases one after another, the first one only where there are gates', () => {
  assert.deepEqual(phasesOf(timeline('a', { gatesPassedMs: 500, waitsFor: ['b'] })), [
    { phase: 'waiting', fromMs: 0, toMs: 500 },
    { phase: 'starting', fromMs: 500, toMs: 1_000 },
    { phase: 'settling', fromMs: 1_000, toMs: 3_000 },
  ]);
  assert.deepEqual(
    phasesOf(timeline('a')).map(({ phase }) => phase),
    ['starting', 'settling'],
  );
});

test('a service that has not come to the end has an open phase, and none after it', () => {
  const atGates: ServiceTimeline = { service: 'a', createdMs: 0, waitsFor: ['b'], restarts: 0 };
  assert.deepEqual(phasesOf(atGates), [{ phase: 'waiting', fromMs: 0 }]);
  assert.equal(firstReadyMs(atGates), undefined);
  assert.deepEqual(phasesOf({ ...atGates, startedMs: 4 }).at(-1), { phase: 'settling', fromMs: 4 });
});

test('a container that was started again the next day does not stretch its first start', () => {
  const again = timeline('a', { startedMs: dayMs, readyMs: dayMs + 2_000, restarts: 1 });
  assert.deepEqual(phasesOf(again), []);
  assert.equal(firstReadyMs(again), undefined);
});

test('services that came up together share an axis, in the order in which they were ready', () => {
  const [rollout, ...others] = groupRollouts([
    timeline('slow', { createdMs: 100, readyMs: 9_000 }),
    timeline('never', { createdMs: 0, readyMs: undefined } as unknown as ServiceTimeline),
    timeline('fast', { createdMs: 200 }),
  ]);
  assert.equal(others.length, 0);
  assert.deepEqual(
    rollout?.timelines.map(({ service }) => service),
    ['fast', 'slow', 'never'],
  );
  assert.deepEqual([rollout?.startMs, rollout?.endMs], [0, 9_000]);
});

test('a pod that was made a day later has an axis of its own', () => {
  const late = timeline('late', { createdMs: dayMs, startedMs: dayMs + 1_000, readyMs: dayMs + 2_000 });
  const rollouts = groupRollouts([late, timeline('a'), timeline('b')]);
  assert.deepEqual(
    rollouts.map(({ timelines }) => timelines.map(({ service }) => service)),
    [['a', 'b'], ['late']],
  );
});

test('a start within one second still has an axis', () => {
  const [rollout] = groupRollouts([timeline('a', { startedMs: 0, readyMs: 0 })]);
  assert.equal(rollout?.endMs, 1_000);
});
