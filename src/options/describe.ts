import type { OptionRow } from './row.ts';

/** An option as one writes it: `-n, --namespace NAME`, `--output auto|text|json`, `--[no-]verify`. */
export function describeFlag(row: OptionRow): string {
  const short = row.short ? `-${row.short}, ` : '';
  if (row.type === 'boolean') return `${short}--${row.default ? '[no-]' : ''}${row.flag}`;
  if (row.type === 'choice') return `${short}--${row.flag} ${row.choices.join('|')}`;
  const isBare = row.type === 'text' && row.bare !== undefined;
  return `${short}--${row.flag} ${isBare ? `[${row.placeholder}]` : row.placeholder}`;
}

/** The default as one writes it; undefined where nothing is. */
export function describeDefault(row: OptionRow): string | undefined {
  return 'default' in row && row.default !== undefined && row.default !== false ? String(row.default) : undefined;
}
