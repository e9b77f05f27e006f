import { type ExitName, exitCodes } from '../base/errors.ts';

/** What each exit code means, for help texts and documentation. */
const meanings: Readonly<Record<ExitName, string>> = {
  done: 'done',
  internal: 'a fault of the program',
  usage: 'an option or a value is wrong',
  preflight: "the cluster isn't fit for it; nothing was changed",
  rollout: 'a service failed',
  timeout: 'not ready in time',
  verify: 'ready, but the verification failed',
  locked: 'another run works on the same installation',
  cluster: "the cluster can't be reached, or denies",
  interrupted: 'interrupted',
  terminated: 'terminated',
};

export interface ExitCodeRow {
  readonly code: number;
  readonly meaning: string;
}

/** The exit codes in their order. */
export const exitCodeRows: readonly ExitCodeRow[] = (Object.entries(exitCodes) as [ExitName, number][])
  .map(([name, code]) => ({ code, meaning: meanings[name] }))
  .toSorted((a, b) => a.code - b.code);
