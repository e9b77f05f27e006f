import * as z from 'zod';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson } from '../../consul/ask.ts';
import type { Reach } from '../../consul/reach.ts';
import { readEventCounts } from '../../verify/events.ts';
import type { EventCount, RecentEvents } from '../../verify/facts.ts';

export interface EventWindow {
  readonly reach: Reach;
  /** The service that stores events. */
  readonly events: Endpoint;
  /** For how long to watch; three times as long where no event comes, since devices send up to 30 s apart. */
  readonly windowMs: number;
  readonly patience: () => Patience;
}

const pollMs = 500;
const silentWindows = 3;
/** Over so much of the past the rate is judged, so that a short look is enough. */
const pastMs = 120_000;
/** Many times what the devices of a release send in that time; more only makes the rate look lower than it is. */
const maxEvents = 5_000;

const eventsSchema = z.array(z.object({ device: z.string(), created: z.number() })).nullable();

/**
 * Watches the count of events for as long as the window is.
 * @throws BootError `timeout` when the service doesn't answer
 */
export async function watchEvents({ reach, events, windowMs, patience }: EventWindow): Promise<readonly EventCount[]> {
  const { clock, signal } = patience();
  const counts: EventCount[] = [];
  const beganMs = clock.now();
  const hasGrown = () => counts.some(({ count }, index) => count > (counts[index - 1]?.count ?? count));
  for (;;) {
    const { total } = await readEventCounts({ reach, events, devices: [], patience: patience() });
    const atMs = clock.now() - beganMs;
    counts.push({ atMs, count: total });
    if (atMs >= windowMs && (hasGrown() || atMs >= windowMs * silentWindows)) return counts;
    await clock.sleep(pollMs, signal);
  }
}

/**
 * The events of the last minutes. They are asked for by time, the only order that both databases agree on.
 * @param untilMs now, by the cluster's clock, in milliseconds since 1970
 * @throws BootError `timeout` when the service doesn't answer
 */
export async function readRecentEvents(
  { reach, events, patience }: Pick<EventWindow, 'reach' | 'events' | 'patience'>,
  untilMs: number,
): Promise<RecentEvents> {
  const sinceMs = untilMs - pastMs;
  // A node's clock may be a little ahead.
  const path = `/api/v1/event/${Math.round(sinceMs)}/${Math.round(untilMs + pastMs)}/${maxEvents}`;
  const found = await askUntil(
    reach,
    events,
    { path },
    (answer) => {
      const parsed = answer.status === 200 ? eventsSchema.safeParse(parseJson(answer.body)) : undefined;
      return parsed?.success ? { value: parsed.data ?? [] } : { later: describeAnswer(answer) };
    },
    patience(),
  );
  return { events: found.map(({ device, created }) => ({ device, createdMs: created })), sinceMs, untilMs };
}
