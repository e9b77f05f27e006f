import type { ServiceConfiguration } from '../plan/types.ts';

/**
 * All keys of all services as one JSON object, which is also the canonical form of a set of settings: keys in the order
 * of their characters' codes, two spaces, a newline at the end. Its SHA-256 names the set.
 */
export function renderConfigJson(configurations: readonly ServiceConfiguration[]): string {
  return `${JSON.stringify(Object.fromEntries(sortedEntries(configurations)), null, 2)}\n`;
}

/** All keys of all services for people, a line each: `key = value`, the value quoted where one couldn't see it all. */
export function renderConfigText(configurations: readonly ServiceConfiguration[]): string {
  return sortedEntries(configurations)
    .map(([key, value]) => `${key} = ${value === value.trim() && value !== '' ? value : JSON.stringify(value)}\n`)
    .join('');
}

function sortedEntries(configurations: readonly ServiceConfiguration[]): [string, string][] {
  return configurations.flatMap(({ keys }) => Object.entries(keys)).sort(([a], [b]) => (a < b ? -1 : 1));
}
