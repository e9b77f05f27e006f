/** Exit codes of the program; the table in README is made from these. */
export const exitCodes = {
  done: 0,
  internal: 1,
  usage: 2,
  preflight: 3,
  rollout: 4,
  timeout: 5,
  verify: 6,
  locked: 7,
  cluster: 8,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof exitCodes;

export interface BootErrorDetails {
  /** How the program ends; see {@link exitCodes}. */
  readonly exit: ExitName;
  /** What the error is about: a flag, a file with its line, `deployment/x`, a URL without credentials. */
  readonly object: string;
  /** The cause in one line, in the words of whoever found it. */
  readonly cause: string;
  /** What to do next, as an instruction. */
  readonly hint?: string;
  /** Evidence: newest warning events, last log lines. Printed indented below the message. */
  readonly evidence?: readonly string[];
  /** Waiting changes nothing about it: a file that this user may not read. */
  readonly isLasting?: true;
}

/**
 * An error that a user meets: it names the object, the cause and the next step. Nothing else may end the program;
 * whatever else is thrown is a fault of the program itself and is reported as internal, without its raw form.
 */
export class BootError extends Error {
  readonly details: BootErrorDetails;

  constructor(details: BootErrorDetails) {
    super(`${details.object}: ${details.cause}`);
    this.name = 'BootError';
    this.details = details;
  }
}

/** True for a {@link BootError}, also one of another bundle. */
export function isBootError(error: unknown): error is BootError {
  return error instanceof Error && error.name === 'BootError' && 'details' in error;
}
