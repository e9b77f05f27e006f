import type { ExitName } from '../base/errors.ts';
import type { Options } from '../options/resolve.ts';

/** Where text goes: standard output or standard error. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** The size of the terminal at this moment; 0 elsewhere. */
  columns(): number;
  rows(): number;
}

/** What surrounds a run of the program. Only main.ts knows where it comes from. */
export interface Program {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Names this run among all that may work on the same cluster, for people: host, process, and some digits. */
  readonly runName: string;
  /** Values that must not be printed; whoever learns one adds it. */
  readonly secrets: Set<string>;
  /** Aborted when the program is told to end; its reason is the BootError to end with. */
  readonly signal: AbortSignal;
  /** Asks whoever sits at the terminal, and returns the line of his answer. Absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
}

/** The work of a command: options in, stages called, results out. */
export type Work = (options: Options, program: Program) => Promise<ExitName>;
