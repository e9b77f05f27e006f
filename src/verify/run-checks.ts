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
  readonly words: () => Promise<Readonly<Record<string, string>>>;
  /** Told of each check as it ends. */
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Carries checks out, a category after another, those of a category side by side. A fatal one that fails ends the run:
 * whatever comes after its category is skipped. Needs that aren't among the rows count as met. What is skipped for want of
 * a service fails where no check of the services has told so, or nobody would.
 * @returns a result for each row, in the order of the rows
 * @throws the signal's reason when it is aborted; whatever a probe throws that is no BootError
 */
export async function runChecks<Facts>(run: CheckRun<Facts>): Promise<readonly CheckResult[]> {
  const { rows, signal } = run;
  const ended: Ended[] = [];
  for (const category of checkCategories) {
    signal.throwIfAborted();
    const fatal = ended.find(({ result: { level, outcome } }) => level === 'fatal' && outcome === 'failed');
    ended.push(...(await runCategory(run, category, ended, fatal)));
  }
  return rows.flatMap(({ code }) => ended.find(({ result }) => result.code === code)?.result ?? []);
}

interface Ended {
  readonly result: CheckResult;
  /** Another one has failed that it needs. */
  readonly isBlocked: boolean;
}

async function runCategory<Facts>(
  run: CheckRun<Facts>,
  category: CheckRow['category'],
  earlier: readonly Ended[],
  fatal: Ended | undefined,
): Promise<readonly Ended[]> {
  const pending = new Map(earlier.map((each) => [each.result.code, Promise.resolve(each)]));
  for (const row of run.rows) {
    if (row.category !== category) continue;
    // Rows stand below what they need, so that is on its way already.
    const needs = Promise.all(row.needs.flatMap((need) => pending.get(need) ?? []));
    pending.set(row.code, carryOut(run, row, { needs, fatal, above: [...pending.values()] }));
  }
  return Promise.all([...pending.values()].slice(earlier.length));
}

/** What was and is carried out before a check. */
interface Before {
  readonly needs: Promise<readonly Ended[]>;
  readonly fatal: Ended | undefined;
  /** All that stand above it, what it needs among them. */
  readonly above: readonly Promise<Ended>[];
}

async function carryOut<Facts>(
  { probes, facts, clock, signal, words, onResult }: CheckRun<Facts>,
  row: CheckRow,
  { needs, fatal, above }: Before,
): Promise<Ended> {
  const unmet = fatal ?? (await needs).find(({ result, isBlocked }) => result.outcome === 'failed' || isBlocked);
  const startedMs = clock.now();
  const probe = probes[row.code];
  if (!probe) throw new Error(`check ${row.code} has no probe`);
  const found = unmet ? skipped(reasonOf(unmet)) : await find(() => probe(facts), signal);
  const finding = found.isUnready && !(await Promise.all(above)).some(tellsOfServices) ? untold(found) : found;
  const elapsedMs = clock.now() - startedMs;
  const result = resultOf(row, finding, elapsedMs, finding.outcome === 'failed' ? await words() : {});
  onResult?.(result);
  return { result, isBlocked: unmet !== undefined };
}

function reasonOf({ result: { code }, isBlocked }: Ended): string {
  return isBlocked ? `${code} was skipped` : `${code} has failed`;
}

function tellsOfServices({ result: { category, outcome } }: Ended): boolean {
  return category === 'services' && outcome === 'failed';
}

function untold({ detail }: Finding): Finding {
  return failed(`${detail}, so nothing can be said`, { hint: 'The checks of the services say why: --only services' });
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

function resultOf(
  row: CheckRow,
  finding: Finding,
  elapsedMs: number,
  words: Readonly<Record<string, string>>,
): CheckResult {
  const { code, category, title, level } = row;
  const { outcome, detail, evidence } = finding;
  const hint = outcome === 'failed' ? (finding.hint ?? fill(row.hint, words)) : undefined;
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
