import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatDuration } from '../base/time.ts';
import type { Patience } from '../consul/ask.ts';
import type { Reach } from '../consul/reach.ts';
import type { Plan } from '../plan/types.ts';
import { endpointOfRole } from './device-services.ts';
import { readEventCounts, waitForEvents } from './events.ts';

/**
 * Waits until one event has arrived. A plan without a device service sends none, so there is nothing to prove.
 * @throws BootError `verify` when none comes, `timeout` when the counts can't be read.
 */
export async function proveEvents(plan: Plan, reach: Reach, patience: Patience, emit: Emit): Promise<void> {
  const events = endpointOfRole(plan, 'events');
  const isSilent = plan.services.every(({ row }) => row.devices === undefined);
  if (!events || isSilent) return;
  emit({ type: 'stage', stage: 'verify', message: 'waiting for the first event' });
  const watch = { reach, events, devices: [], patience };
  const beganMs = patience.clock.now();
  const proof = await waitForEvents(watch, await readEventCounts(watch), emit);
  if (proof.firstEventMs !== undefined) return;
  throw new BootError({
    exit: 'verify',
    object: events.service,
    cause: `every service is ready, but no event arrived in ${formatDuration(patience.clock.now() - beganMs)}`,
    hint: 'Look into the logs of the device service and of this one, and run install again.',
  });
}
