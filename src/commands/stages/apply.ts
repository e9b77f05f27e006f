import { checkAccess } from '../../apply/access.ts';
import { type ApplyContext, applyChanges } from '../../apply/apply.ts';
import { keepVolumes } from '../../apply/keep-volumes.ts';
import { prepareVolumes } from '../../apply/prepare-volumes.ts';
import { systemClock } from '../../base/clock.ts';
import { allOrAbort } from '../../base/concurrent.ts';
import { splitChanges } from '../../plan/steps.ts';
import { loadCauses } from '../../wait/causes.ts';
import { explainPod } from '../../wait/obstacle.ts';
import type { Run } from './run.ts';

/**
 * On a small node pods that start together slow each other down, and everything waits for those that come first. The
 * others reach their gates in time even so.
 */
const headStartMs = 800;

/**
 * Makes the changes of a plan. No workload is waited for, since each waits for its needs by itself.
 * @throws BootError `cluster` with every right that is missing, before anything is written; else see `applyChanges` and
 * `prepareVolumes`
 */
export async function apply({ changes, plan, kube, reach, options, emit, signal, deadlineMs }: Run): Promise<void> {
  const pending = changes.filter(({ action }) => action !== 'unchanged');
  if (pending.length === 0) return;
  await checkAccess(pending, plan, kube, reach.way === 'proxy');
  emit({ type: 'stage', stage: 'apply', message: `applying ${pending.length} of ${changes.length} objects` });
  const context: ApplyContext = { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
  const { foundation, groundwork, free, first, gated, removals } = splitChanges(pending);
  await applyChanges(foundation, context);
  await allOrAbort(signal, [
    (stop) => applyChanges([...groundwork, ...free], { ...context, signal: stop }),
    (stop) =>
      prepareVolumes(pending, plan, {
        ...{ kube, clock: systemClock, signal: stop, deadlineMs },
        explain: (pod) => explainPod(pod, kube, loadCauses()),
      }),
  ]);
  await keepVolumes(plan, { kube, emit });
  await applyChanges(first, context);
  if (first.length > 0 && gated.length > 0) await systemClock.sleep(headStartMs, signal);
  await applyChanges(gated, context);
  await applyChanges(removals, context);
}
