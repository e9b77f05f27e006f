import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { BootErrorDetails } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { placeFile } from '../base/place-file.ts';
import type { Options } from '../options/resolve.ts';
import { createRedactor } from '../report/redact.ts';
import { type Ending, renderResult } from '../report/result.ts';
import type { Program } from './program.ts';
import { siteName } from './site.ts';

type Secrets = Pick<Program, 'secrets'>;

/** Keeps how a run ended in the file of `--result`, once it has; nothing where there is no such option. */
export function resultKeeper(
  options: Options,
  program: Secrets,
): { readonly listen: (emit: Emit) => Emit; readonly keep: (emit: Emit) => Promise<void> } {
  let ending: Ending | undefined;
  return {
    listen: (emit) => (event) => {
      if (event.type === 'done' || event.type === 'failure') ending = event;
      emit(event);
    },
    keep: async (emit) => {
      const { result: path } = options;
      const code = ending && (await write(ending, options, program));
      if (path === undefined || code === undefined) return;
      emit({ type: 'warning', object: path, message: `the result could not be written (${code})` });
    },
  };
}

/** The same for a run that failed before it began. */
export async function keepFailure(options: Options, program: Secrets, error: BootErrorDetails): Promise<void> {
  await write({ type: 'failure', error }, options, program);
}

/**
 * In one step: whoever reads the file finds a whole result, this one or the last one.
 * @returns the system's code for why it could not be written
 */
async function write(ending: Ending, options: Options, { secrets }: Secrets): Promise<string | undefined> {
  const { result: path, namespace } = options;
  if (path === undefined) return undefined;
  try {
    const context = {
      namespace,
      hostname: hostname(),
      ...siteName(options),
      date: new Date(),
      redact: createRedactor(secrets),
    };
    await placeFile(path, 0o644, (partial) => writeFile(partial, renderResult(ending, context)));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
