import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import type { CheckRow } from './checks.ts';
import { type CheckResult, checkCategories } from './types.ts';

export interface CheckSelection {
  /** Codes and categories; with none, all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** There is no installation yet. */
  readonly pre: boolean;
  /** The broker for the checks of the export; without it there are none. */
  readonly mqtt?: string | undefined;
}

/**
 * Which checks to carry out.
 * @throws BootError `usage` for a word that names neither a check nor a category, and when nothing is left
 */
export function selectChecks(
  rows: readonly CheckRow[],
  { only, skip, pre, mqtt }: CheckSelection,
): readonly CheckRow[] {
  requireKnown('--only', only, rows);
  requireKnown('--skip', skip, rows);
  const isNamed = ({ code, category }: CheckRow, words: readonly string[]) =>
    words.includes(code) || words.includes(category);
  if (mqtt === undefined && !pre) requireBroker(only, rows, isNamed);
  const chosen = rows
    .filter(({ when }) => isMeant[when](pre, mqtt !== undefined))
    .filter((row) => (only.length === 0 || isNamed(row, only)) && !isNamed(row, skip));
  if (chosen.length > 0) return chosen;
  throw new BootError({
    exit: 'usage',
    object: [
      '--only',
      only.join(),
      ...(skip.length > 0 ? ['--skip', skip.join()] : []),
      ...(pre ? ['--pre'] : []),
    ].join(' '),
    cause: 'no check is left',
    hint: 'Name others, or leave one of these options out.',
  });
}

/** Whoever names checks of the export alone would be told of others only, or of none. */
function requireBroker(
  only: readonly string[],
  rows: readonly CheckRow[],
  isNamed: (row: CheckRow, words: readonly string[]) => boolean,
): void {
  const word = only.find((each) => rows.every((row) => row.when === 'mqtt' || !isNamed(row, [each])));
  if (word === undefined) return;
  throw new BootError({
    exit: 'usage',
    object: `--only ${word}`,
    cause: 'what is looked at there are events that come out at an MQTT broker',
    hint: 'Add --mqtt; without a URL a broker is found or started.',
  });
}

const isMeant: Readonly<Record<CheckRow['when'], (isPre: boolean, isMqtt: boolean) => boolean>> = {
  always: () => true,
  installed: (isPre) => !isPre,
  before: (isPre) => isPre,
  mqtt: (isPre, isMqtt) => isMqtt && !isPre,
};

function requireKnown(option: string, words: readonly string[], rows: readonly CheckRow[]): void {
  const known = [...checkCategories, ...rows.map(({ code }) => code)];
  const word = words.find((each) => !known.includes(each));
  if (word === undefined) return;
  const nearest = nearestName(word, known);
  throw new BootError({
    exit: 'usage',
    object: `${option} ${word}`,
    cause: 'neither a check nor a category of checks',
    hint: nearest
      ? `Did you mean ${nearest}?`
      : `The categories are ${checkCategories.join(', ')}; docs/checks.md has the checks.`,
  });
}

/**
 * What `--wait` repeats: as long as a check has failed that may yet pass, all that haven't passed. What was skipped, for
 * whatever reason, may have been so because of what has failed. Empty when waiting can't help.
 */
export function checksToRepeat(rows: readonly CheckRow[], results: readonly CheckResult[]): readonly CheckRow[] {
  const outcomes = new Map(results.map(({ code, outcome }) => [code, outcome]));
  const mayPass = rows.some(
    ({ code, level, retry }) => retry && level !== 'warning' && outcomes.get(code) === 'failed',
  );
  return mayPass ? rows.filter(({ code }) => outcomes.get(code) !== 'passed') : [];
}

/** The newest result of each check, in the order of the first ones. */
export function mergeResults(results: readonly CheckResult[], newer: readonly CheckResult[]): readonly CheckResult[] {
  const byCode = new Map(newer.map((result) => [result.code, result]));
  return results.map((result) => byCode.get(result.code) ?? result);
}
