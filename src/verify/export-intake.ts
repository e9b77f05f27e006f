import * as z from 'zod';
import { parseJson } from '../consul/ask.ts';
import type { Message } from '../mqtt/client.ts';

/** An event that came out at the broker. Times in milliseconds since 1970. */
export interface ExportedEvent {
  readonly id: string;
  readonly device: string;
  /** By the clock of whoever made it. */
  readonly madeMs: number;
  readonly arrivedMs: number;
}

/** What came in and proves nothing, by why. */
export interface Dismissed {
  /** Kept by the broker from before. */
  readonly retained: number;
  /** Made before the start. */
  readonly old: number;
  /** No events of EdgeX, or without a time. */
  readonly foreign: number;
  /** When the newest of the old ones was made. */
  readonly newestOldMs?: number;
}

/** Sorts what comes in: only an event that was made after the start proves that events are exported now. */
export interface Intake {
  take(message: Message): void;
  /** From here on events count; what came before is forgotten. */
  start(nowMs: number): void;
  /** Each event once, in the order of arrival; a broker may deliver one twice. */
  events(): readonly ExportedEvent[];
  dismissed(): Dismissed;
}

/** @param date milliseconds since 1970 */
export function openIntake(date: () => number): Intake {
  let startMs = Number.POSITIVE_INFINITY;
  let events = new Map<string, ExportedEvent>();
  let dismissed: Dismissed = nothing;
  return {
    take: ({ payload, isRetained }) => {
      const arrivedMs = date();
      const event = readEvent(payload);
      if (isRetained) dismissed = { ...dismissed, retained: dismissed.retained + 1 };
      else if (arrivedMs < startMs) return;
      else if (!event) dismissed = { ...dismissed, foreign: dismissed.foreign + 1 };
      else if (event.madeMs < startMs) {
        const newestOldMs = Math.max(event.madeMs, dismissed.newestOldMs ?? 0);
        dismissed = { ...dismissed, old: dismissed.old + 1, newestOldMs };
      } else if (!events.has(event.id)) events.set(event.id, { ...event, arrivedMs });
    },
    start: (nowMs) => {
      [startMs, events, dismissed] = [nowMs, new Map(), { ...nothing, retained: dismissed.retained }];
    },
    events: () => [...events.values()],
    dismissed: () => dismissed,
  };
}

const nothing: Dismissed = { retained: 0, old: 0, foreign: 0 };

const eventSchema = z.object({
  id: z.string().min(1),
  device: z.string().min(1),
  created: z.number().optional(),
  origin: z.number().optional(),
  readings: z.array(z.object({ origin: z.number().optional() })).nullish(),
});

/**
 * The event of a message; undefined for anything else. core-data's own time is the best, but what it passes on doesn't
 * always have it; a device service's is in milliseconds or nanoseconds, as its version pleases.
 */
function readEvent(payload: string): Omit<ExportedEvent, 'arrivedMs'> | undefined {
  const { success, data } = eventSchema.safeParse(parseJson(payload));
  if (!success) return undefined;
  const { id, device, created, origin, readings } = data;
  const made = created || origin || Math.max(0, ...(readings ?? []).map((reading) => reading.origin ?? 0));
  return made > 0 ? { id, device, madeMs: inMilliseconds(made) } : undefined;
}

/** In the year 5138 a time in milliseconds will be taken for another. */
const milliseconds = { below: 1e14, microseconds: 1e17 } as const;

function inMilliseconds(time: number): number {
  if (time < milliseconds.below) return time;
  return time < milliseconds.microseconds ? time / 1e3 : time / 1e6;
}
