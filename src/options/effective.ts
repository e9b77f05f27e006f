import type { Origin } from '../base/origin.ts';
import type { Options } from './resolve.ts';
import { fileKey, optionRows } from './table.ts';
import { type OptionValue, writeDuration } from './values.ts';

/** An option as it counts. */
export interface EffectiveOption {
  /** Its key in a site file. */
  readonly name: string;
  /** As a site file writes it. */
  readonly value: OptionValue;
  readonly origin: Origin;
}

/** The options that a site file can hold, with their values and where these come from, in the table's order. */
export function effectiveOptions(options: Options): readonly EffectiveOption[] {
  return optionRows.flatMap(([key, row]) => {
    const name = fileKey(row);
    if (name === undefined) return [];
    const value = options[key];
    const written = row.type === 'duration' && typeof value === 'number' ? writeDuration(value) : value;
    return [{ name, value: written, origin: options.origins[key] }];
  });
}
