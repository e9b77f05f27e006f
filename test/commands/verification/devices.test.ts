import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommands, readDevices } from '../../../src/commands/verification/devices.ts';
import type { RecentEvents } from '../../../src/verify/facts.ts';
import { fakeReach, patience } from '../../consul/fakes.ts';
import { devices, nowMs, plan, recent } from '../../verify/healthy-facts.ts';

/** A device service that keeps an event of each read, as Fuji's does, and what core-data has when it is asked. */
function system(kept: RecentEvents) {
  const reach = fakeReach((_service, { path }) =>
    path.includes('/servicename/')
      ? { status: 200, body: JSON.stringify(devices.map(({ device }) => ({ name: device }))) }
      : { status: 200, body: '{"readings":[]}' },
  );
  const context = {
    reach,
    patience: () => patience(),
    recentEvents: async () => kept,
    readySince: async (): Promise<number | undefined> => nowMs - 60_000,
  };
  const reads = () => reach.calls.flatMap((call) => /\/device\/name\/([^/]+)/.exec(call)?.[1] ?? []);
  return { context, reads };
}

const silent = 'Random-Boolean-Device';

describe('the devices', () => {
  it('that have sent are known, and nobody reads them: a read makes an event', async () => {
    const { context, reads } = system(recent(19, 3_000, silent));
    assert.ok((await readDevices(plan, context)).every(({ isKnown }) => isKnown));
    assert.deepEqual(reads(), [silent]);
  });

  it('that have sent before their service started only are read', async () => {
    const { context, reads } = system(recent(19, 61_000));
    await readDevices(plan, context);
    assert.equal(reads().length, devices.length);
  });

  it('are read where the events cannot be', async () => {
    const { context, reads } = system(recent(19, 3_000));
    await readDevices(plan, { ...context, recentEvents: async () => undefined });
    assert.equal(reads().length, devices.length);
  });

  it('of a service that is not ready are not asked', async () => {
    const { context, reads } = system(recent(0, 0));
    const found = await readDevices(plan, { ...context, readySince: async () => undefined });
    assert.ok(found.every(({ isKnown, isRegistered }) => isKnown === undefined && isRegistered));
    assert.deepEqual(reads(), []);
  });
});

describe('the command', () => {
  it('goes to a device that has sent, so that the event that it makes hides none that is silent', async () => {
    const { context, reads } = system(recent(19, 3_000, silent));
    await readCommands(plan, context);
    assert.deepEqual(reads(), ['Random-Integer-Device']);
  });
});
