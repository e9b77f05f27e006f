import type { Clock } from '../base/time.ts';
import type { BrokerError } from '../mqtt/trouble.ts';
import type { EventCounts } from './events.ts';
import type { Dismissed, ExportedEvent, Intake } from './export-intake.ts';

/** What came out at the broker, beside what core-data stored meanwhile. */
export interface ExportFlow {
  /** Since the start; absent when no event came. */
  readonly firstEventMs?: number;
  /** How long it was listened altogether. */
  readonly elapsedMs: number;
  /** Since the first event came: what was stored then has to come out as well. */
  readonly devices: readonly DeviceFlow[];
  /** From an event's own time to its arrival; absent when no event came. */
  readonly latency?: { readonly medianMs: number; readonly maxMs: number };
  readonly dismissed: Dismissed;
  /** How many events core-data has stored since the start, whether or not they came. */
  readonly stored: number;
}

export interface DeviceFlow {
  readonly device: string;
  readonly stored: number;
  readonly arrived: number;
}

export interface FlowWatch {
  readonly intake: Intake;
  /** Those that are expected to send; others that do are watched as well. */
  readonly devices: readonly string[];
  /** What core-data has of these devices now. The total is read beside them, so it may be of another moment. */
  readonly counts: (devices: readonly string[]) => Promise<EventCounts>;
  /** Why the broker's connection is of no use any more; undefined while it is. */
  readonly lost: () => BrokerError | undefined;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly signal: AbortSignal;
}

const pollMs = 100;
/** Each device sends every 30 s at least. */
const firstEventPatienceMs = 40_000;
const windowMs = { min: 10_000, max: 35_000 } as const;
/** What is stored arrives within some milliseconds. */
const graceMs = 3_000;
/** How long an event may be on its way at least. */
const toleranceMs = 500;

/**
 * Listens until an event has come, and then until one of each device has. Only what is made from now on counts.
 * @throws BrokerError when the connection to the broker breaks meanwhile; BootError `timeout` when core-data doesn't answer
 */
export async function watchExport(watch: FlowWatch): Promise<ExportFlow> {
  const { intake, counts, clock, devices } = watch;
  const beganMs = clock.now();
  const elapsedMs = (): number => Math.round(clock.now() - beganMs);
  intake.start(watch.date());
  const start = await counts([]);

  const hasCome = await until(watch, firstEventPatienceMs, () => intake.events().length > 0);
  const firstEventMs = elapsedMs();
  if (!hasCome) {
    const { total } = await counts([]);
    return { elapsedMs: firstEventMs, devices: [], dismissed: intake.dismissed(), stored: total - start.total };
  }

  const skipped = intake.events().length;
  const names = [...new Set([...devices, ...intake.events().map(({ device }) => device)])];
  const before = await counts(names);
  const arrived = (untilMs = Number.POSITIVE_INFINITY): ReadonlyMap<string, number> =>
    countByDevice(madeBy(untilMs, intake.events()).slice(skipped));
  const windowBeganMs = clock.now();
  await until(watch, windowMs.max, () => {
    const isLongEnough = clock.now() - windowBeganMs >= windowMs.min;
    return isLongEnough && names.every((device) => arrived().has(device));
  });
  const after = await counts(names);
  const untilMs = watch.date();
  const flows = (): readonly DeviceFlow[] =>
    names.map((device) => ({
      device,
      stored: Math.max(0, (after.byDevice[device] ?? 0) - (before.byDevice[device] ?? 0)),
      arrived: arrived(untilMs).get(device) ?? 0,
    }));
  await until(watch, graceMs, () => flows().every((flow) => flow.arrived >= flow.stored));
  return {
    firstEventMs,
    elapsedMs: elapsedMs(),
    devices: flows(),
    ...latencyOf(intake.events()),
    dismissed: intake.dismissed(),
    stored: after.total - start.total,
  };
}

/** How many events were stored and never came. */
export function lossesIn({ devices }: ExportFlow): number {
  return devices.reduce((sum, { stored, arrived }) => sum + Math.max(0, stored - arrived), 0);
}

async function until(watch: FlowWatch, patienceMs: number, holds: () => boolean): Promise<boolean> {
  const { clock, signal, lost } = watch;
  const deadlineMs = clock.now() + patienceMs;
  for (;;) {
    const error = lost();
    if (error) throw error;
    if (holds()) return true;
    if (clock.now() >= deadlineMs) return false;
    await clock.sleep(pollMs, signal);
  }
}

/**
 * Those that were made until then by our clock: what comes while the last ones are waited for must not make up for one
 * that is lost. Clocks differ; by how much shows in the event that was on its way for the shortest time.
 */
function madeBy(untilMs: number, events: readonly ExportedEvent[]): readonly ExportedEvent[] {
  const differenceMs = Math.min(...events.map(({ madeMs, arrivedMs }) => arrivedMs - madeMs));
  return events.filter(({ madeMs }) => madeMs + differenceMs <= untilMs + toleranceMs);
}

function countByDevice(events: readonly ExportedEvent[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(events, ({ device }) => device)].map(([device, each]) => [device, each.length]));
}

function latencyOf(events: readonly ExportedEvent[]): Pick<ExportFlow, 'latency'> {
  const sorted = events.map(({ madeMs, arrivedMs }) => arrivedMs - madeMs).toSorted((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)];
  const maxMs = sorted.at(-1);
  if (medianMs === undefined || maxMs === undefined) return {};
  return { latency: { medianMs: Math.round(medianMs), maxMs: Math.round(maxMs) } };
}
