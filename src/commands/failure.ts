import { type BootErrorDetails, isBootError } from '../base/errors.ts';

/**
 * What a user is told of whatever was thrown. Anything but a BootError is a fault of the program: its message may hold
 * anything, so only its name and the functions that it went through are told.
 * @param signal the run's own: when it was aborted, that is why the run ended, whatever was thrown on the way out
 */
export function describeFailure(error: unknown, signal: AbortSignal): BootErrorDetails {
  if (signal.aborted && isBootError(signal.reason)) return signal.reason.details;
  if (isBootError(error)) return error.details;
  return {
    exit: 'internal',
    object: 'edgex-boot',
    cause: `a fault of the program: ${error instanceof Error ? error.name : typeof error}`,
    evidence: functionsOf(error),
    hint: 'Run it again; if it comes back, report it with the command and these lines.',
  };
}

const maxFunctions = 5;

function functionsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const names = [...(error.stack ?? '').matchAll(/^\s+at (?:async )?([\w.$<>]+) \(/gm)].map(([, name]) => `in ${name}`);
  return names.slice(0, maxFunctions);
}
