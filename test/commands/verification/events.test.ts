import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRecentEvents, watchEvents } from '../../../src/commands/verification/events.ts';
import { fakeClock, fakeReach, patience } from '../../consul/fakes.ts';

const events = { service: 'data', port: 48080 };

function watch(timesMs: readonly number[], windowMs: number) {
  const clock = fakeClock();
  const reach = fakeReach(() => ({ status: 200, body: String(timesMs.filter((ms) => ms <= clock.now()).length) }));
  return watchEvents({ reach, events, windowMs, patience: () => patience(clock) });
}

describe('the watch for events', () => {
  it('is over with the window when some have come', async () => {
    const counts = await watch([0, 3_000, 12_000], 10_000);
    assert.equal(counts.at(-1)?.atMs, 10_000);
    assert.deepEqual([counts[0]?.count, counts.at(-1)?.count], [1, 2]);
  });

  it('goes on a little where none comes, until the first one', async () => {
    assert.equal((await watch([0, 17_000], 10_000)).at(-1)?.atMs, 17_000);
  });

  it('gives up after three windows', async () => {
    const counts = await watch([0], 10_000);
    assert.equal(counts.at(-1)?.atMs, 30_000);
    assert.equal(new Set(counts.map(({ count }) => count)).size, 1);
  });
});

describe('the events of the last minutes', () => {
  it('are asked for by time, and with those of a clock that is a little ahead', async () => {
    const reach = fakeReach(() => ({ status: 200, body: '[{"device":"a","created":999000,"readings":[]}]' }));
    const recent = await readRecentEvents({ reach, events, patience: () => patience() }, 1_000_000);
    assert.deepEqual(reach.calls, ['GET data /api/v1/event/880000/1120000/5000']);
    assert.deepEqual(recent, { events: [{ device: 'a', createdMs: 999_000 }], sinceMs: 880_000, untilMs: 1_000_000 });
  });

  it('are none where Go writes null', async () => {
    const reach = fakeReach(() => ({ status: 200, body: 'null\n' }));
    assert.deepEqual((await readRecentEvents({ reach, events, patience: () => patience() }, 0)).events, []);
  });
});
