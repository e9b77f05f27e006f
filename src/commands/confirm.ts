import { BootError } from '../base/errors.ts';
import type { Options } from '../options/resolve.ts';
import type { StoredData } from '../plan/stored-data.ts';
import type { Program } from './program.ts';

/** Nothing brings deleted data back, so it is asked for twice: by an option, and by hand or by another option. */

/** True when somebody has to be asked. */
export function asksFirst({ purgeData, yes }: Pick<Options, 'purgeData' | 'yes'>): boolean {
  return purgeData && !yes;
}

/**
 * Makes sure that somebody can be asked where that is necessary.
 * @throws BootError `usage`
 */
export function requireAnswerer(options: Pick<Options, 'purgeData' | 'yes'>, { ask }: Pick<Program, 'ask'>): void {
  if (!asksFirst(options) || ask) return;
  throw new BootError({
    exit: 'usage',
    object: '--purge-data',
    cause: 'it deletes data for good, and there is no terminal on which to ask for that; nothing was changed',
    hint: 'Say so with --yes as well.',
  });
}

/**
 * Has the deletion of data confirmed by the name of the namespace.
 * @throws BootError `usage` for any other answer
 */
export async function confirmPurge(
  data: readonly StoredData[],
  { namespace }: Pick<Options, 'namespace'>,
  { ask }: Pick<Program, 'ask'>,
): Promise<void> {
  const lines = data.map(({ claim, place }) => `  ${claim}${place === '' ? '' : `: ${place}`}\n`);
  const question = `This deletes for good what EdgeX has stored in namespace ${namespace}:\n${lines.join('')}Type the name of the namespace to go on: `;
  const answer = await ask?.(question);
  if (answer?.trim() === namespace) return;
  throw new BootError({
    exit: 'usage',
    object: '--purge-data',
    cause: `the answer was not the name of the namespace; nothing was changed`,
    hint: `Run it again and type ${namespace}, or leave --purge-data away to keep the data.`,
  });
}
