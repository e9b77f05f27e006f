import { effectiveOptions } from '../options/effective.ts';
import { renderOptionsJson, renderOptionsText } from '../report/options.ts';
import type { Work } from './program.ts';

/** Prints the value of each option, and where it comes from. Asks no cluster. */
export const configShow: Work = async (options, { stdout }) => {
  const effective = effectiveOptions(options);
  stdout.write(options.output === 'json' ? renderOptionsJson(effective) : renderOptionsText(effective));
  return 'done';
};
