import { checkAccess } from '../../apply/access.ts';
import { type ApplyContext, applyChanges } from '../../apply/apply.ts';
import { keepVolumes } from '../../apply/keep-volumes.ts';
import { prepareVolumes } from '../../apply/prepare-volumes.ts';
import { systemClock } from '../../base/clock.ts';
import { allOrAbort } from '../../base/concurrent.ts';
import type { ObjectChange } from '../../plan/changes.ts';
import { keptKinds } from '../../plan/kinds.ts';
import { requireRestored } from '../../plan/restorable.ts';
import { splitChanges } from '../../plan/steps.ts';
import { loadCauses } from '../../wait/causes.ts';
import { explainPod } from '../../wait/obstacle.ts';
import type { Intent, Run } from './run.ts';

/**
 * On a small node pods that start together slow each other down, and everything waits for those that come first. The
 * others reach their gates in time even so.
 */
const headStartMs = 800;

/**
 * What of a plan's changes is to be done. Empty for an installation that is as planned.
 */
export function pendingChanges({ changes }: Pick<Run, 'changes'>): readonly ObjectChange[] {
  return changes.filter(({ action }) => action !== 'unchanged');
}

/**
 * Makes sure of the rights that the changes take, and of the namespace in which a run has its lease.
 * @throws BootError `preflight` as `requireRestored`, `cluster` with every right that is missing, both before anything is
 *   written; else see `applyChanges`
 */
export async function openNamespace(run: Intent): Promise<void> {
  const { changes, plan, kube, reach, emit, installed } = run;
  requireRestored(installed.objects, plan.namespace);
  const pending = pendingChanges(run);
  await checkAccess(pending, plan, kube, reach.way === 'proxy');
  emit({ type: 'stage', stage: 'apply', message: `applying ${pending.length} of ${changes.length} objects` });
  await applyChanges(splitChanges(pending).namespace, contextOf(run));
}

/**
 * Makes the changes of a plan in its namespace. No workload is waited for, since each waits for its needs by itself.
 * @throws BootError see `applyChanges` and `prepareVolumes`
 */
export async function apply(run: Run): Promise<void> {
  const { plan, kube, emit, signal, deadlineMs } = run;
  const pending = pendingChanges(run);
  if (pending.length === 0) return;
  const context = contextOf(run);
  const { foundation, groundwork, free, first, gated, removals } = splitChanges(pending);
  const early = groundwork.filter(({ ref }) => needsClaims(plan) && keptKinds.has(ref.kind));
  const others = groundwork.filter((change) => !early.includes(change));
  await applyChanges([...foundation, ...early], context);
  await allOrAbort(signal, [
    (stop) => applyChanges([...others, ...free], { ...context, signal: stop }),
    (stop) =>
      prepareVolumes(pending, plan, {
        ...{ kube, clock: systemClock, signal: stop, deadlineMs, emit },
        explain: (pod) => explainPod(pod, kube, loadCauses()),
      }),
  ]);
  await keepVolumes(plan, { kube, emit });
  await applyChanges(first, context);
  if (first.length > 0 && gated.length > 0) await systemClock.sleep(headStartMs, signal);
  await applyChanges(gated, context);
  await applyChanges(removals, context);
}

/**
 * True when volumes are tried by their claims. A pod that comes before its claim is said to lack it for as long as
 * nobody makes the volume, whatever the reason is by then.
 */
function needsClaims({ storage: { kind } }: Run['plan']): boolean {
  return kind === 'class' || kind === 'existing';
}

function contextOf({ kube, emit, signal, options }: Intent): ApplyContext {
  return { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
}
