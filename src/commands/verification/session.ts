import { arch } from 'node:os';
import { systemClock } from '../../base/clock.ts';
import { goArchitecture } from '../../facts/machine-health.ts';
import type { Options } from '../../options/resolve.ts';
import { probes } from '../../verify/checks/probes.ts';
import type { CheckRow } from '../../verify/checks.ts';
import type { ExportTrial } from '../../verify/export-trial.ts';
import { hintWords } from '../../verify/hint-words.ts';
import { runChecks } from '../../verify/run-checks.ts';
import { checksToRepeat, mergeResults } from '../../verify/select-checks.ts';
import type { CheckResult, VerifyReport } from '../../verify/types.ts';
import { siteName } from '../site.ts';
import { type FactsContext, gatherFacts } from './facts.ts';
import { makeReport } from './report.ts';

/** What all rounds of a verification share. */
export interface Session extends Omit<FactsContext, 'signal'> {
  readonly options: Pick<Options, 'strict' | 'waitMs' | 'site'>;
  readonly signal: AbortSignal;
  readonly rows: readonly CheckRow[];
}

export interface Listener {
  /** A check of the first round has ended. */
  readonly onResult?: (result: CheckResult) => void;
  /** A check has been repeated, and its finding is another one. */
  readonly onChange?: (result: CheckResult) => void;
}

/** Between two rounds of checks. */
const pauseMs = 2_000;

/**
 * Carries all checks out. Those that fail and may yet pass are repeated, as long as `--wait` says, each time on facts
 * that are read anew.
 */
export async function verifyOnce(session: Session, { onResult, onChange }: Listener): Promise<VerifyReport> {
  const { rows, signal, options, isPre, openTrial } = session;
  const startedMs = Date.now();
  const beganMs = systemClock.now();
  const deadlineMs = beganMs + (options.waitMs ?? 0);
  let checks: readonly CheckResult[] = [];
  let todo = rows;
  for (;;) {
    const isFirst = checks.length === 0;
    const over = new AbortController();
    const trials: ExportTrial[] = [];
    const facts = gatherFacts({
      ...session,
      signal: AbortSignal.any([signal, over.signal]),
      ...(openTrial ? { openTrial: (plan) => remember(openTrial(plan), trials) } : {}),
    });
    // What takes longest begins first, whatever the order in which it is told.
    if (todo.some(({ category }) => category === 'data')) facts.eventCounts().catch(() => undefined);
    const run = { probes, facts, clock: systemClock, signal, words: () => hintWords(facts) };
    try {
      const newer = await runChecks({ ...run, rows: todo, ...(isFirst && onResult ? { onResult } : {}) });
      for (const result of differences(checks, newer)) onChange?.(result);
      checks = isFirst ? newer : mergeResults(checks, newer);
      todo = systemClock.now() < deadlineMs ? checksToRepeat(rows, checks) : [];
      if (todo.length === 0) {
        const elapsedMs = systemClock.now() - beganMs;
        const architecture = goArchitecture(arch());
        const context = { ...siteName(options), startedMs, elapsedMs, isStrict: options.strict, isPre, architecture };
        return await makeReport({ facts, checks, ...context });
      }
    } finally {
      over.abort();
      for (const trial of trials) await trial.close();
    }
    await systemClock.sleep(pauseMs, signal);
  }
}

function remember<T>(item: T, list: T[]): T {
  list.push(item);
  return item;
}

/** Results that say something else than those before; none where there were none. */
export function differences(before: readonly CheckResult[], after: readonly CheckResult[]): readonly CheckResult[] {
  const former = new Map(before.map((result) => [result.code, result]));
  return after.filter((result) => {
    const old = former.get(result.code);
    if (!old) return false;
    return old.outcome !== result.outcome || (result.outcome === 'failed' && old.detail !== result.detail);
  });
}
