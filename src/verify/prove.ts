import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatDuration } from '../base/time.ts';
import type { Patience } from '../consul/ask.ts';
import type { Reach } from '../consul/reach.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Plan } from '../plan/types.ts';
import { endpointOfRole } from './device-services.ts';
import { readEventCounts, waitForEvents } from './events.ts';
import { describeSilence } from './silence.ts';

export interface ProofContext {
  readonly kube: Pick<KubeClient, 'list' | 'logs'>;
  readonly reach: Reach;
  readonly patience: Patience;
  readonly emit: Emit;
}

/**
 * Waits until one event has arrived. A plan without a device service sends none, so there is nothing to prove.
 * @throws BootError `verify` when none comes, with what the device services say; `timeout` when the counts can't be read
 */
export async function proveEvents(plan: Plan, { kube, reach, patience, emit }: ProofContext): Promise<void> {
  const events = endpointOfRole(plan, 'events');
  const senders = plan.services.filter(({ row }) => row.devices !== undefined).map(({ name }) => name);
  if (!events || senders.length === 0) return;
  emit({ type: 'stage', stage: 'verify', message: 'waiting for the first event' });
  const watch = { reach, events, devices: [], patience };
  const beganMs = patience.clock.now();
  const proof = await waitForEvents(watch, await readEventCounts(watch), emit);
  if (proof.firstEventMs !== undefined) return;
  const elapsed = formatDuration(patience.clock.now() - beganMs);
  throw new BootError({
    exit: 'verify',
    object: senders.join(', '),
    cause: `no event arrived at ${events.service} in ${elapsed}, though every service is ready`,
    evidence: await describeSilence(plan, kube),
    hint: `Its log and that of ${events.service} say more: kubectl -n ${plan.namespace} logs deployment/${senders[0]}`,
  });
}
