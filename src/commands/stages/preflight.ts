import { systemClock } from '../../base/clock.ts';
import { BootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import { probes } from '../../verify/checks/probes.ts';
import { loadChecks } from '../../verify/checks.ts';
import { hintWords } from '../../verify/hint-words.ts';
import { runChecks } from '../../verify/run-checks.ts';
import type { Prepared } from '../prepare.ts';
import { gatherFacts } from '../verification/facts.ts';

/**
 * The checks of `verify` that cost next to nothing and that an installation depends on, before anything is written. What
 * is wrong and may be meant is a warning, under the check's code.
 * @throws BootError `preflight` when a fatal one fails
 */
export async function preflight(prepared: Prepared, signal: AbortSignal, emit: Emit): Promise<void> {
  const { kube, reach, plan } = prepared;
  const gathered = gatherFacts({
    namespace: plan.namespace,
    loaded: prepared,
    kube,
    reach,
    signal,
    windowMs: 0,
    isPre: true,
    rehearse: () => Promise.reject(new Error('this is the installation itself')),
  });
  const facts = { ...gathered, plan: async () => plan };
  const rows = loadChecks().filter(({ preflight: isPart }) => isPart);
  const results = await runChecks({ rows, probes, facts, clock: systemClock, signal, words: () => hintWords(facts) });
  for (const { code, level, outcome, detail = '', hint } of results) {
    if (outcome !== 'failed') continue;
    const more = hint === undefined ? {} : { hint };
    if (level === 'fatal') throw new BootError({ exit: 'preflight', object: code, cause: detail, ...more });
    emit({ type: 'warning', object: code, message: detail, ...more });
  }
}
