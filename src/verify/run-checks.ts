import { isBootError } from '../base/errors.ts';
import type { Clock } from '../base/time.ts';
import type { CheckRow } from './checks.ts';
import { type Finding, failed, skipped } from './finding.ts';
import { type CheckResult, checkCategories } from './types.ts';

/** Finds out about one check. What it throws as a BootError is a finding too: that it couldn't be found out, and why. */
export type Probe<Facts> = (facts: Facts) => Finding | Promise<Finding>;

export interface CheckRun<Facts> {
  readonly rows: readonly CheckRow[];
  readonly probes: Readonly<Record<string, Probe<Facts>>>;
  readonly facts: Facts;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
  /** What stands in hints for words in braces; asked when a check has failed. */
  readonly words: () => Readonly<Record<string, string>>;
  /** Told of each check as it ends. */
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Carries checks out, a category after another, those of a category side by side. A fatal one that fails ends the run:
 * whatever comes after its category is skipped. Needs that aren't among the rows count as met.
 * @returns a result for each row, in the order of the rows
 * @throws the signal's reason when it is aborted; whatever a probe throws that is no BootError
 */
export async function runChecks<Facts>(run: CheckRun<Facts>): Promise<readonly CheckResult[]> {
  const { rows, signal } = run;
  const results: CheckResult[] = [];
  for (const category of checkCategories) {
    signal.throwIfAborted();
    const fatal = results.find(({ level, outcome }) => level === 'fatal' && outcome === 'failed');
    results.push(...(await runCategory(run, category, results, fatal)));
  }
  return rows.flatMap(({ code }) => results.find((result) => result.code === code) ?? []);
}

async function runCategory<Facts>(
  run: CheckRun<Facts>,
  category: CheckRow['category'],
  earlier: readonly CheckResult[],
  fatal: CheckResult | undefined,
): Promise<readonly CheckResult[]> {
  const pending = new Map<string, Promise<CheckResult>>(
    earlier.map((result) => [result.code, Promise.resolve(result)]),
  );
  for (const row of run.rows) {
    if (row.category !== category) continue;
    // Rows stand below what they need, so that is on its way already.
    const needs = Promise.all(row.needs.flatMap((need) => pending.get(need) ?? []));
    pending.set(row.code, carryOut(run, row, needs, fatal));
  }
  return Promise.all([...pending.values()].slice(earlier.length));
}

async function carryOut<Facts>(
  { probes, facts, clock, signal, words, onResult }: CheckRun<Facts>,
  row: CheckRow,
  needs: Promise<readonly CheckResult[]>,
  fatal: CheckResult | undefined,
): Promise<CheckResult> {
  const unmet = fatal ?? (await needs).find(({ outcome }) => outcome !== 'passed');
  const startedMs = clock.now();
  const probe = probes[row.code];
  if (!probe) throw new Error(`check ${row.code} has no probe`);
  const finding = unmet ? skipped(reasonOf(unmet)) : await find(() => probe(facts), signal);
  const result = resultOf(row, finding, clock.now() - startedMs, words);
  onResult?.(result);
  return result;
}

function reasonOf({ code, outcome }: CheckResult): string {
  return outcome === 'failed' ? `${code} has failed` : `${code} was skipped`;
}

async function find(work: () => Finding | Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!isBootError(error)) throw error;
    const { object, cause, evidence, hint } = error.details;
    return failed(`${object}: ${cause}`, {
      ...(evidence ? { evidence } : {}),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function resultOf(row: CheckRow, finding: Finding, elapsedMs: number, words: CheckRun<never>['words']): CheckResult {
  const { code, category, title, level } = row;
  const { outcome, detail, evidence } = finding;
  const hint = outcome === 'failed' ? (finding.hint ?? fill(row.hint, words())) : undefined;
  return {
    ...{ code, category, title, level, outcome, detail },
    ...(evidence && evidence.length > 0 ? { evidence } : {}),
    ...(hint === undefined ? {} : { hint }),
    elapsedMs,
  };
}

function fill(hint: string | undefined, words: Readonly<Record<string, string>>): string | undefined {
  return hint?.replace(/\{(\w+)\}/g, (place, word: string) => words[word] ?? place);
}
