import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../../src/mqtt/trouble.ts';
import { lossesIn, watchExport } from '../../src/verify/export-flow.ts';
import { openIntake } from '../../src/verify/export-intake.ts';

const startMs = Date.parse('2026-01-02T03:04:05Z');

interface Sender {
  readonly device: string;
  readonly everyMs: number;
  /** How long an event is on its way; those that are lost never come. */
  readonly delayMs?: number;
  readonly isLost?: (index: number) => boolean;
  readonly isExpected?: false;
  /** By how much its clock is ahead. */
  readonly aheadMs?: number;
}

/** A world with a clock of its own, in which devices send and core-data counts. */
function makeWorld(senders: readonly Sender[], { brokenAtMs = Number.POSITIVE_INFINITY } = {}) {
  let nowMs = 0;
  const intake = openIntake(() => startMs + nowMs);
  const made = senders.flatMap(({ device, everyMs, delayMs = 50, isLost, aheadMs = 0 }) =>
    Array.from({ length: Math.floor(120_000 / everyMs) }, (_, index) => {
      const atMs = (index + 1) * everyMs;
      const event = { id: `${device}-${index}`, device, created: startMs + atMs + aheadMs };
      return { device, atMs, arrivesMs: isLost?.(index) ? Number.POSITIVE_INFINITY : atMs + delayMs, event };
    }),
  );
  const counts = async (devices: readonly string[]) => {
    const stored = made.filter(({ atMs }) => atMs <= nowMs);
    const byDevice = devices.map((device) => [device, stored.filter((each) => each.device === device).length]);
    // One that came in between: the counts are read side by side, so they needn't agree.
    return { total: stored.length + 1, byDevice: Object.fromEntries(byDevice) as Record<string, number> };
  };
  const pass = (ms: number): void => {
    const due = made.filter(({ arrivesMs }) => arrivesMs > nowMs && arrivesMs <= nowMs + ms);
    const endMs = nowMs + ms;
    for (const { event, arrivesMs } of due.toSorted((a, b) => a.arrivesMs - b.arrivesMs)) {
      nowMs = arrivesMs;
      intake.take({ topic: 't', payload: JSON.stringify(event), isRetained: false });
    }
    nowMs = endMs;
  };
  return {
    pass,
    watch: () =>
      watchExport({
        intake,
        devices: senders.filter(({ isExpected = true }) => isExpected).map(({ device }) => device),
        counts,
        lost: () => (nowMs >= brokenAtMs ? new BrokerError('lost', 'mqtt://b:1883') : undefined),
        clock: { now: () => nowMs, sleep: async (ms) => pass(ms) },
        date: () => startMs + nowMs,
        signal: new AbortController().signal,
      }),
  };
}

test('an event of each device is waited for, and all that is stored meanwhile', async () => {
  const world = makeWorld([
    { device: 'fast', everyMs: 2_000 },
    { device: 'slow', everyMs: 30_000, delayMs: 200 },
  ]);
  world.pass(1_000);
  const flow = await world.watch();
  assert.equal(flow.firstEventMs, 1_100);
  assert.deepEqual(
    flow.devices.map(({ device, stored, arrived }) => [device, stored === arrived && stored > 0]),
    [
      ['fast', true],
      ['slow', true],
    ],
  );
  assert.equal(lossesIn(flow), 0);
  assert.deepEqual(flow.latency, { medianMs: 50, maxMs: 200 });
});

test('what is stored and never comes is lost, by device', async () => {
  const world = makeWorld([
    { device: 'good', everyMs: 1_000 },
    { device: 'lossy', everyMs: 1_000, isLost: (index) => index % 2 === 1 },
  ]);
  const flow = await world.watch();
  const lossy = flow.devices.find(({ device }) => device === 'lossy');
  assert.ok(lossy && lossy.arrived > 0 && lossy.arrived < lossy.stored, JSON.stringify(flow.devices));
  assert.equal(lossesIn(flow), lossy.stored - lossy.arrived);
});

test('an event that is on its way when the counting ends is no loss', async () => {
  const flow = await makeWorld([{ device: 'd', everyMs: 1_000, delayMs: 2_500 }]).watch();
  assert.equal(lossesIn(flow), 0);
});

test('a device that sends nothing holds nobody up for ever, and is no loss', async () => {
  const flow = await makeWorld([
    { device: 'd', everyMs: 5_000 },
    { device: 'dead', everyMs: 1_000_000 },
  ]).watch();
  assert.equal(lossesIn(flow), 0);
  assert.ok(flow.elapsedMs < 60_000);
});

test('when no event comes, it is told how many were stored', async () => {
  const flow = await makeWorld([{ device: 'd', everyMs: 10_000, isLost: () => true }]).watch();
  assert.equal(flow.firstEventMs, undefined);
  assert.equal(flow.latency, undefined);
  assert.equal(flow.stored, 4);
});

test('events of a clock that is behind are dismissed, and told', async () => {
  const flow = await makeWorld([{ device: 'd', everyMs: 10_000, aheadMs: -3_600_000 }]).watch();
  assert.equal(flow.firstEventMs, undefined);
  assert.equal(flow.dismissed.old, 3);
});

test('a device that sends though nobody expects it is watched as well', async () => {
  const flow = await makeWorld([
    { device: 'own', everyMs: 2_000, isExpected: false, isLost: (index) => index === 2 },
  ]).watch();
  assert.deepEqual(
    flow.devices.map(({ device }) => device),
    ['own'],
  );
  assert.equal(lossesIn(flow), 1);
});

test('a connection that breaks ends the watch with its reason', async () => {
  const world = makeWorld([{ device: 'd', everyMs: 60_000 }], { brokenAtMs: 3_000 });
  await assert.rejects(world.watch(), { trouble: 'lost' });
});
