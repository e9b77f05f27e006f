import type { Emit } from '../base/events.ts';
import type { Clock } from '../base/time.ts';
import type { Redact } from './redact.ts';

/** Where a reporter writes, and what it can't know by itself. */
export interface Sink {
  write(text: string): void;
  /** The size of the terminal, asked anew for each view, since somebody may change it. 0 where it is unknown. */
  columns(): number;
  rows(): number;
  readonly color: boolean;
  /** The date, for time stamps. */
  date(): Date;
  /** For what takes how long. */
  readonly clock: Pick<Clock, 'now'>;
  readonly redact: Redact;
}

export interface Reporter {
  readonly emit: Emit;
  /** Lets the seconds of a live view go on; to be called now and then while nothing happens. */
  tick(): void;
  /** Leaves everything as it should stay on the screen. Calling it again does nothing. */
  close(): void;
}
