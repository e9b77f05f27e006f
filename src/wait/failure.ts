import { BootError } from '../base/errors.ts';
import { formatRef } from '../base/kube-types.ts';
import { formatDuration } from '../base/time.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Verdict } from './judge.ts';

/** The errors that end a rollout, from what was found about its services. */

/** Some services have failed. The last line of the evidence tells how the others stand. */
export function rolloutError(failed: readonly Diagnosis[], verdicts: readonly Verdict[], namespace: string): BootError {
  const [first, ...others] = failed;
  return new BootError({
    exit: 'rollout',
    object: `${failed.map(({ verdict }) => refOfService(verdict)).join(', ')} in namespace ${namespace}`,
    cause:
      others.length === 0
        ? (first?.verdict.reason ?? 'failed')
        : failed.map(({ verdict }) => `${verdict.service}: ${verdict.reason}`).join('; '),
    evidence: [...evidenceOf(failed), othersOf(failed, verdicts)],
    ...hintsOf(failed, []),
  });
}

/** The time is over; every service that isn't ready is told with all that is known about it. */
export function timeoutError(
  late: readonly Diagnosis[],
  verdicts: readonly Verdict[],
  namespace: string,
  elapsedMs: number,
): BootError {
  const [first, ...others] = late;
  const names = late.map(({ verdict }) => verdict.service);
  return new BootError({
    exit: 'timeout',
    object:
      first && others.length === 0
        ? `${refOfService(first.verdict)} in namespace ${namespace}`
        : `${late.length} of ${verdicts.length} services in namespace ${namespace}`,
    cause: `not ready after ${formatDuration(elapsedMs)}: ${
      first && others.length === 0 ? describeState(first.verdict) : names.join(', ')
    }`,
    evidence: [...evidenceOf(late), othersOf(late, verdicts)],
    ...hintsOf(late, ['To go on waiting, run it again; --timeout sets for how long']),
  });
}

function refOfService({ service }: Verdict): string {
  return formatRef({ kind: 'Deployment', name: service });
}

/** With several services each one's evidence has a headline. */
function evidenceOf(diagnoses: readonly Diagnosis[]): readonly string[] {
  return diagnoses.flatMap(({ verdict, evidence }) =>
    diagnoses.length === 1 ? evidence : [describeService(verdict), ...evidence.map((line) => `  ${line}`)],
  );
}

function hintsOf(diagnoses: readonly Diagnosis[], more: readonly string[]): { readonly hint?: string } {
  const hints = diagnoses.flatMap(({ hint }) => (hint === undefined ? [] : [hint]));
  const all = [...new Set([...hints, ...more])];
  // Some end with a command, which a full stop would spoil.
  return all.length === 0 ? {} : { hint: all.map((hint) => hint.replace(/\.$/, '')).join('; ') };
}

/** How the services stand that nothing was told of: `ready: a, b; not ready: c (waiting: a to answer /), d (starting)`. */
function othersOf(told: readonly Diagnosis[], verdicts: readonly Verdict[]): string {
  const ready = verdicts.filter(({ state }) => state === 'ready').map(({ service }) => service);
  const late = verdicts
    .filter(({ state, service }) => state !== 'ready' && !told.some(({ verdict }) => verdict.service === service))
    .map(({ service, state, reason }) => `${service} (${reason ? `${state}: ${reason}` : state})`);
  return `ready: ${ready.join(', ') || 'none'}${late.length > 0 ? `; not ready: ${late.join(', ')}` : ''}`;
}

function describeService(verdict: Verdict): string {
  return `${verdict.service} ${describeState(verdict)}`;
}

function describeState({ state, reason }: Verdict): string {
  return reason ? `${state}: ${reason}` : state;
}
