import type { Options } from '../../options/resolve.ts';
import type { ExportTrial } from '../../verify/export-trial.ts';
import type { Program } from '../program.ts';
import type { TrialContext } from './context.ts';
import { readExportWish } from './wish.ts';

/** Opens trials as the options want them. */
export type OpenTrial = (context: Omit<TrialContext, 'wish' | 'program'>) => ExportTrial;

/**
 * What opens a trial of the export; undefined where none is wanted. Only then its code is loaded, the MQTT library
 * with it.
 * @param option the one that asks for it, with its value
 * @throws BootError `usage` as `readExportWish`
 */
export async function trialsOf(
  { name, value }: { readonly name: string; readonly value: string | undefined },
  options: Options,
  program: Program,
): Promise<OpenTrial | undefined> {
  if (value === undefined) return undefined;
  const wish = readExportWish({ name, value }, options, program);
  const { openExportTrial } = await import('./trial.ts');
  return (context) => openExportTrial({ ...context, wish, program });
}
