import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/base/time.ts';
import { openCluster } from '../../src/kube/client.ts';
import { openPace } from '../../src/kube/pace.ts';
import { fakeClock, good, kubeconfigFor, startApi } from './fake-api.ts';

/** Whoever sleeps is woken when time comes to it. */
function steppedClock(): Clock & { to(ms: number): Promise<void> } {
  let nowMs = 0;
  const sleepers: { readonly atMs: number; wake(): void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ atMs: nowMs + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    to: async (ms) => {
      nowMs = ms;
      for (const { atMs, wake } of sleepers) if (atMs <= nowMs) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('in any second there are no more than so many, and none is lost', async () => {
  const clock = steppedClock();
  const pace = openPace(3, clock);
  const passedMs: number[] = [];
  const send = async (count: number) => {
    for (let index = 0; index < count; index++) void pace().then(() => passedMs.push(clock.now()));
    await clock.to(clock.now());
  };
  await clock.to(100);
  await send(5);
  await clock.to(600);
  await send(2);
  for (const ms of [1_099, 1_100, 2_099, 2_100, 9_000]) await clock.to(ms);
  await send(1);
  assert.deepEqual(passedMs, [100, 100, 100, 1_100, 1_100, 1_100, 2_100, 9_000]);
});

test('an interrupt lets everybody through', async () => {
  const clock = steppedClock();
  const pace = openPace(1, clock);
  const stop = new AbortController();
  await pace(stop.signal);
  const waiting = [pace(stop.signal), pace(stop.signal)];
  stop.abort(new Error('stopped'));
  await Promise.all(waiting);
  await pace(stop.signal);
});

test('each request waits for its turn', async (t) => {
  const api = await startApi(t, good, good, good);
  let turns = 0;
  const pace = async () => {
    turns++;
  };
  const kube = openCluster(kubeconfigFor(api.url), { clock: fakeClock(), pace });
  for (let index = 0; index < 3; index++) await kube.list('v1', 'ConfigMap');
  assert.equal(turns, 3);
});
