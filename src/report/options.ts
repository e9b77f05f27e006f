import { stringify } from 'yaml';
import type { Origin } from '../base/origin.ts';
import type { EffectiveOption } from '../options/effective.ts';

/** The options that count, as a site file that would give them, with where each comes from. */
export function renderOptionsText(options: readonly EffectiveOption[]): string {
  return options
    .map(({ name, value, origin }) => {
      if (value === undefined) return `# ${name}: not set\n`;
      const text = stringify({ [name]: value }, { collectionStyle: 'flow', lineWidth: 0 }).trim();
      return `${text.replace(/^\{ (.*) \}$/, '$1')}  # ${placeOf(origin)}\n`;
    })
    .join('');
}

/** The same as one JSON object: name to value and origin. */
export function renderOptionsJson(options: readonly EffectiveOption[]): string {
  const entries = options.map(({ name, value, origin }) => [name, { value: value ?? null, from: placeOf(origin) }]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function placeOf(origin: Origin): string {
  return origin.from === 'default' ? 'default' : origin.name;
}
