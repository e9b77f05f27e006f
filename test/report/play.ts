import type { BootEvent } from '../../src/base/events.ts';
import { createRedactor } from '../../src/report/redact.ts';
import { openReporter, type Reporter, type ReporterKind } from '../../src/report/reporter.ts';
import { beganAt, type Told } from './sequence.ts';

export interface Stage {
  readonly columns?: number;
  readonly rows?: number;
  readonly color?: boolean;
  readonly secrets?: readonly string[];
}

export interface Player {
  readonly writes: readonly string[];
  readonly reporter: Reporter;
  /** Lets time pass and tells an event. */
  at(ms: number, event?: BootEvent): void;
  resize(size: { readonly columns?: number; readonly rows?: number }): void;
}

/** A reporter on a stage of its own, where time is what the test says. */
export function openPlayer(
  kind: ReporterKind,
  { columns = 80, rows = 40, color = false, secrets = [] }: Stage = {},
): Player {
  const writes: string[] = [];
  const size = { columns, rows };
  let nowMs = 0;
  const reporter = openReporter(kind, {
    write: (text) => writes.push(text),
    columns: () => size.columns,
    rows: () => size.rows,
    color,
    date: () => new Date(beganAt + nowMs),
    clock: { now: () => nowMs },
    redact: createRedactor(secrets),
  });
  return {
    writes,
    reporter,
    at: (ms, event) => {
      nowMs = ms;
      if (event) reporter.emit(event);
      else reporter.tick();
    },
    resize: (changes) => Object.assign(size, changes),
  };
}

/** Plays a recorded run to its end, with a tick a second where it is quiet; returns what was written. */
export function play(kind: ReporterKind, run: readonly Told[], stage: Stage = {}): readonly string[] {
  const player = openPlayer(kind, stage);
  let lastMs = 0;
  for (const { atMs, event } of run) {
    if (kind === 'tty') for (let ms = lastMs + 1000; ms < Math.min(atMs, lastMs + 5000); ms += 1000) player.at(ms);
    player.at(atMs, event);
    lastMs = atMs;
  }
  player.reporter.close();
  player.reporter.close();
  return player.writes;
}
