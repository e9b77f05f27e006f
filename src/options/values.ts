import { nearestName } from '../base/nearest.ts';
import type { Origin } from '../base/origin.ts';
import { parseDuration } from '../base/time.ts';
import type { Overrides } from '../plan/configuration.ts';
import type { OptionRow } from './row.ts';

/** A value that came from somewhere: a flag as often as it was given, or the environment. */
export interface Given {
  readonly origin: Origin;
  readonly texts: readonly string[];
}

export type OptionValue = string | boolean | number | readonly string[] | Overrides | undefined;

/** What is wrong with a text, and what to write instead. */
export interface Problem {
  /** The text as far as it may be shown. */
  readonly text: string;
  readonly cause: string;
  readonly hint: string;
}

export type Reading = { readonly value: OptionValue } | { readonly problem: Problem };

/** A timer can't be set for longer than 24.8 days; nobody waits longer than one. */
const longestMs = 24 * 60 * 60_000;

/** The value that texts mean for an option. Where only one counts, it is the last. */
export function readValue(row: OptionRow, { texts, origin }: Given): Reading {
  const text = texts.at(-1) ?? '';
  switch (row.type) {
    case 'boolean':
      return readBoolean(text);
    case 'duration':
      return readDuration(text, row.mayBeZero);
    case 'list':
      return readList(texts);
    case 'settings':
      return readSettings(origin.from === 'environment' ? texts.flatMap(lines) : texts);
    case 'choice':
      if (row.choices.includes(text)) return { value: text };
      return wrong(text, 'no such choice', `${didYouMean(text, row.choices)}The choices are ${either(row.choices)}.`);
    case 'text':
      if (!row.rule || row.rule.pattern.test(text)) return { value: text };
      return wrong(text, 'this is not allowed', `${didYouMean(text, row.rule.words)}Give it ${row.rule.expected}.`);
  }
}

/** The value of an option that nobody gave. */
export function defaultValue(row: OptionRow): OptionValue {
  switch (row.type) {
    case 'duration':
      return row.default === undefined ? undefined : parseDuration(row.default);
    case 'list':
      return [];
    case 'settings':
      return {};
    default:
      return row.default;
  }
}

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

function readBoolean(text: string): Reading {
  const value = Object.hasOwn(booleans, text) ? booleans[text] : undefined;
  return value === undefined ? wrong(text, 'neither true nor false', 'Give it true or false.') : { value };
}

function readDuration(text: string, mayBeZero = false): Reading {
  const hint = 'Give it a duration, like 90s, 15m or 1h30m.';
  const value = parseDuration(text);
  if (value === undefined) return wrong(text, 'not a duration', hint);
  if (value === 0 && !mayBeZero) return wrong(text, 'no time at all', hint);
  return value > longestMs ? wrong(text, 'longer than 24h', hint) : { value };
}

function readList(texts: readonly string[]): Reading {
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim());
  if (names.includes('')) {
    return wrong(texts.join(','), 'a name is missing', 'Separate names by one comma each, without one at either end.');
  }
  return { value: [...new Set(names)] };
}

/** Milliseconds as an option takes them: `1h30m`, `0s`. */
export function writeDuration(ms: number): string {
  const seconds = ms / 1000;
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Number((seconds % 60).toFixed(3)), 's'],
  ] as const;
  const text = parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
  return text === '' ? '0s' : text;
}

const settingsHint = 'Write it as SERVICE/PATH=VALUE.';

function readSettings(texts: readonly string[]): Reading {
  const settings = new Map<string, Map<string, string>>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    // What stands behind the sign may be a password.
    const place = equals < 0 ? text : text.slice(0, equals);
    const slash = place.indexOf('/');
    if (equals < 0) return wrong(place, 'the value is missing', settingsHint);
    if (slash <= 0) return wrong(place, 'the service is missing', settingsHint);
    const path = place.slice(slash + 1);
    if (path === '') return wrong(place, 'the path of the setting is missing', settingsHint);
    const service = place.slice(0, slash);
    const ofService = settings.get(service) ?? new Map<string, string>();
    settings.set(service, ofService.set(path, text.slice(equals + 1)));
  }
  return {
    value: Object.fromEntries([...settings].map(([service, paths]) => [service, Object.fromEntries(paths)])),
  };
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function wrong(text: string, cause: string, hint: string): Reading {
  return { problem: { text, cause, hint } };
}

function didYouMean(text: string, words: readonly string[] = []): string {
  const nearest = nearestName(text, words);
  return nearest ? `Did you mean ${nearest}? ` : '';
}

function either(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
