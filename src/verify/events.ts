import type { Emit } from '../base/events.ts';
import { formatDuration } from '../base/time.ts';
import { askUntil, describeAnswer, type Endpoint, type Patience } from '../consul/ask.ts';
import type { Reach } from '../consul/reach.ts';

/** How many events core-data has stored. */
export interface EventCounts {
  readonly total: number;
  /** Of the devices that were asked for. */
  readonly byDevice: Readonly<Record<string, number>>;
}

export interface EventWatch {
  readonly reach: Reach;
  /** The service that stores and counts events. */
  readonly events: Endpoint;
  /** The devices that are each to send one; with none, any event is good. */
  readonly devices: readonly string[];
  readonly patience: Patience;
}

export interface EventProof {
  readonly counts: EventCounts;
  /** Since the wait began; absent when no event came. */
  readonly firstEventMs?: number;
  /** Devices of which no event has come. */
  readonly silent: readonly string[];
}

const pollMs = 500;
const heartbeatMs = 10_000;

/**
 * Reads the counts once they can be had. Without a database the service is there, and answers 500.
 * @throws BootError `timeout` with the service's last words
 */
export async function readEventCounts(watch: EventWatch): Promise<EventCounts> {
  const read = (path: string): Promise<number> =>
    askUntil(
      watch.reach,
      watch.events,
      { path: `/api/v1/event/count${path}` },
      (answer) =>
        answer.status === 200 && /^\d+$/.test(answer.body.trim())
          ? { value: Number(answer.body) }
          : { later: describeAnswer(answer) },
      watch.patience,
    );
  const [total, ...counts] = await Promise.all([
    read(''),
    ...watch.devices.map((device) => read(`/${encodeURIComponent(device)}`)),
  ]);
  return { total, byDevice: Object.fromEntries(watch.devices.map((device, index) => [device, counts[index] ?? 0])) };
}

/**
 * Watches the counts until they have grown: one event from each device, or any one where no devices are named. That is
 * the only proof that a system works from end to end; a service may answer every ping and yet never send.
 * Silence at the deadline is a result, not an error: see `silent` and `firstEventMs`.
 * @param start the counts from which they must grow. Reading a device's value stores an event of its own, so
 * whoever does that before takes the start afterwards.
 * @throws BootError `timeout` when the counts can't be read
 */
export async function waitForEvents(watch: EventWatch, start: EventCounts, emit: Emit): Promise<EventProof> {
  const { clock, deadlineMs, signal } = watch.patience;
  const beganMs = clock.now();
  let heardMs = beganMs;
  let firstEventMs: number | undefined;
  for (;;) {
    const counts = await readEventCounts(watch);
    const nowMs = clock.now();
    const silent = watch.devices.filter((device) => (counts.byDevice[device] ?? 0) <= (start.byDevice[device] ?? 0));
    if (firstEventMs === undefined && counts.total > start.total) {
      firstEventMs = nowMs - beganMs;
      emit({ type: 'fact', name: 'first event', value: `after ${formatDuration(firstEventMs)}` });
    }
    const isProven = firstEventMs !== undefined && silent.length === 0;
    if (isProven || nowMs >= deadlineMs) {
      return { counts, silent, ...(firstEventMs === undefined ? {} : { firstEventMs }) };
    }
    if (nowMs - heardMs >= heartbeatMs) {
      heardMs = nowMs;
      const waitingFor = silent.length > 0 ? silent : ['events'];
      emit({ type: 'heartbeat', waitingFor, elapsedMs: nowMs - beganMs });
    }
    await clock.sleep(pollMs, signal);
  }
}
