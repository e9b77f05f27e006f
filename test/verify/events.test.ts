import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import { type EventCounts, readEventCounts, waitForEvents } from '../../src/verify/events.ts';
import { fakeClock, fakeReach, patience, type Serve } from '../consul/fakes.ts';

const devices = ['lamp 1', 'door'];
const none: EventCounts = { total: 0, byDevice: {} };

/** Counts that depend on the time: each device sends at the given times. */
function sending(timesMs: Readonly<Record<string, readonly number[]>>, forMs = 60_000) {
  const clock = fakeClock();
  const reach = fakeReach((_service, { path }) => {
    const device = decodeURIComponent(path.split('/')[5] ?? '');
    const times = device ? (timesMs[device] ?? []) : Object.values(timesMs).flat();
    return { status: 200, body: `${times.filter((ms) => ms <= clock.now()).length}\n` };
  });
  const events: BootEvent[] = [];
  const watch = { reach, events: { service: 'data', port: 48080 }, devices, patience: patience(clock, forMs) };
  return { watch, clock, events, emit: (event: BootEvent) => events.push(event) };
}

describe('counting events', () => {
  it('asks for all and for each device', async () => {
    const { watch } = sending({ 'lamp 1': [0, 0, 0], door: [0], other: [0] });
    assert.deepEqual(await readEventCounts(watch), { total: 5, byDevice: { 'lamp 1': 3, door: 1 } });
  });

  it('escapes the name of a device', async () => {
    const { watch } = sending({});
    await readEventCounts(watch);
    assert.ok(watch.reach.calls.includes('GET data /api/v1/event/count/lamp%201'));
  });

  for (const [what, body, status] of [
    ['an error', 'Could not dial the database', 500],
    ['no number', '<html>', 200],
    ['nothing', '', 200],
  ] as const) {
    it(`goes on while the answer is ${what}, and tells it at the end`, async () => {
      const serve: Serve = () => ({ status, body });
      const watch = { ...sending({}).watch, reach: fakeReach(serve), patience: patience() };
      await assert.rejects(readEventCounts(watch), (error: BootError) => {
        assert.equal(error.details.exit, 'timeout');
        assert.ok(error.details.cause.includes(body), error.details.cause);
        return true;
      });
    });
  }
});

describe('waiting for events', () => {
  it('ends with the first event of the last device', async () => {
    const { watch, emit, events } = sending({ 'lamp 1': [3_000], door: [8_000] });
    const proof = await waitForEvents(watch, none, emit);
    assert.deepEqual(proof, {
      counts: { total: 2, byDevice: { 'lamp 1': 1, door: 1 } },
      silent: [],
      firstEventMs: 3_000,
    });
    assert.deepEqual(events, [{ type: 'fact', name: 'first event', value: 'after 3.0 s' }]);
  });

  it('takes no event for proof that was there before', async () => {
    const { watch, emit } = sending({ 'lamp 1': [0, 0, 4_000], door: [0, 5_000] });
    const proof = await waitForEvents(watch, await readEventCounts(watch), emit);
    assert.equal(proof.firstEventMs, 4_000);
    assert.equal(proof.counts.total, 5);
  });

  it('is content with any event where no devices are named', async () => {
    const { watch, emit } = sending({ other: [2_000] });
    const proof = await waitForEvents({ ...watch, devices: [] }, none, emit);
    assert.deepEqual(proof, { counts: { total: 1, byDevice: {} }, silent: [], firstEventMs: 2_000 });
  });

  it('tells which device stays silent', async () => {
    const { watch, emit } = sending({ door: [1_000] }, 30_000);
    const proof = await waitForEvents(watch, none, emit);
    assert.deepEqual(proof.silent, ['lamp 1']);
    assert.equal(proof.firstEventMs, 1_000);
  });

  it('tells that nothing came at all', async () => {
    const { watch, emit } = sending({}, 30_000);
    const proof = await waitForEvents({ ...watch, devices: [] }, none, emit);
    assert.deepEqual(proof, { counts: { total: 0, byDevice: {} }, silent: [] });
  });

  it('says now and then what it waits for', async () => {
    const { watch, emit, events } = sending({ door: [1_000] }, 25_000);
    await waitForEvents(watch, none, emit);
    assert.deepEqual(
      events.filter(({ type }) => type === 'heartbeat'),
      [
        { type: 'heartbeat', waitingFor: ['lamp 1'], elapsedMs: 10_000 },
        { type: 'heartbeat', waitingFor: ['lamp 1'], elapsedMs: 20_000 },
      ],
    );
  });

  it('ends when it is interrupted', async () => {
    const { watch, emit } = sending({});
    const signal = AbortSignal.abort(new Error('SIGINT'));
    await assert.rejects(waitForEvents({ ...watch, patience: { ...watch.patience, signal } }, none, emit), /SIGINT/);
  });
});
