import { BootError } from '../../base/errors.ts';
import type { Options } from '../../options/resolve.ts';
import type { ExportTrial } from '../../verify/export-trial.ts';
import type { Program } from '../program.ts';
import type { TrialContext } from './context.ts';
import { readExportWish } from './wish.ts';

/** The options that say how the export is checked. */
const howRows = ['mqttTopic', 'mqttUsername', 'mqttPasswordFile', 'mqttCa', 'mqttCert', 'mqttKey', 'keep'] as const;

/** Opens trials as the options want them. */
export type OpenTrial = (context: Omit<TrialContext, 'wish' | 'program'>) => ExportTrial;

/**
 * What opens a trial of the export; undefined where none is wanted. Only then its code is loaded, the MQTT library
 * with it.
 * @param option the one that asks for it, with its value
 * @throws BootError `usage` as `readExportWish`, and for a flag that says how to check what nobody checks
 */
export async function trialsOf(
  { name, value }: { readonly name: string; readonly value: string | undefined },
  options: Options,
  program: Program,
): Promise<OpenTrial | undefined> {
  if (value === undefined) {
    refuseExportOptions(options, howRows, name);
    return undefined;
  }
  const wish = readExportWish({ name, value }, options, program);
  const { openExportTrial } = await import('./trial.ts');
  return (context) => openExportTrial({ ...context, wish, program });
}

/**
 * Refuses flags that would be of no effect. What stands in a site file or the environment is for other runs.
 * @param missing the option without which they have none; absent where they never have
 * @throws BootError `usage` for the first one that was given
 */
export function refuseExportOptions(
  { origins }: Pick<Options, 'origins'>,
  keys: readonly ((typeof howRows)[number] | 'mqtt')[],
  missing?: string,
): void {
  for (const key of keys) {
    const origin = origins[key];
    if (origin.from !== 'flag') continue;
    throw new BootError({
      exit: 'usage',
      object: origin.name,
      cause: missing === undefined ? 'before an installation there is no export to check' : 'the export is not checked',
      hint: missing === undefined ? 'Leave it out, or leave --pre out.' : `Add ${missing}, or leave it out.`,
    });
  }
}
