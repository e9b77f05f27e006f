import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatRef } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import { type RetryPolicy, retry } from '../base/retry.ts';
import type { Clock } from '../base/time.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import type { ObjectChange } from '../plan/changes.ts';
import { stepsOf } from '../plan/steps.ts';

const parallel = 8;

export interface ApplyContext {
  readonly kube: KubeClient;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Take over fields that other managers own. */
  readonly forceConflicts: boolean;
}

/**
 * Makes the changes in their order, independent ones at the same time; what is unchanged costs no request. The changes
 * may come in parts, see `splitChanges`. An object that is refused doesn't hold up the others of its step, but
 * the steps that stand on it.
 * @throws BootError `rollout` with every object of the step that was refused, `cluster` when the server doesn't answer
 */
export async function applyChanges(changes: readonly ObjectChange[], context: ApplyContext): Promise<void> {
  for (const step of stepsOf(changes)) {
    const refusals: KubeError[] = [];
    await mapPool(step, parallel, async (change) => {
      try {
        await applyChange(change, context);
      } catch (error) {
        if (!(error instanceof KubeError) || error.details.exit !== 'rollout') throw error;
        refusals.push(error);
      }
    });
    const [first, ...others] = refusals;
    if (first) throw others.length === 0 ? first : together(refusals);
  }
}

async function applyChange(change: ObjectChange, context: ApplyContext): Promise<void> {
  const { ref, action, object, patch } = change;
  const { kube, emit, signal, clock, forceConflicts: force } = context;
  signal.throwIfAborted();
  if (action === 'deleted') await kube.delete(ref, { propagation: 'Background' });
  else if (action !== 'unchanged') {
    if (patch) await kube.patch(ref, patch);
    if (object) await retry(() => kube.apply(object, { force }), freshNamespace, clock, signal);
  }
  emit({ type: 'applied', object: formatRef(ref), action });
}

/** A namespace that was only just made isn't known in every corner of the control plane yet. */
const freshNamespace: RetryPolicy = {
  attempts: 60,
  firstDelayMs: 50,
  maxDelayMs: 500,
  isTransient: (error) => {
    if (!(error instanceof KubeError)) return false;
    const { status, details } = error;
    return status === 404 || (status === 403 && /serviceaccount "?default"? not found/.test(details.cause));
  },
};

function together(refusals: readonly KubeError[]): BootError {
  return new BootError({
    exit: 'rollout',
    object: `${refusals.length} objects`,
    cause: 'the API server refuses them',
    evidence: refusals.flatMap(({ details: { object, cause, evidence = [] } }) => [
      `${object}: ${cause}`,
      ...evidence.map((line) => `  ${line}`),
    ]),
    hint: refusals[0]?.details.hint ?? 'Correct what it names, and run this again.',
  });
}
