import { checkAccess } from '../../apply/access.ts';
import { type ApplyContext, applyChanges } from '../../apply/apply.ts';
import { prepareDirectories } from '../../apply/directories.ts';
import { systemClock } from '../../base/clock.ts';
import { allOrAbort } from '../../base/concurrent.ts';
import { needsDirectories, splitChanges } from '../../plan/steps.ts';
import type { Run } from './run.ts';

/**
 * Makes the changes of a plan. All workloads are applied at once, since each waits for its needs by itself.
 * @throws BootError `cluster` with every right that is missing, before anything is written; else see `applyChanges` and
 * `prepareDirectories`
 */
export async function apply({ changes, plan, kube, reach, options, emit, signal, deadlineMs }: Run): Promise<void> {
  const pending = changes.filter(({ action }) => action !== 'unchanged');
  if (pending.length === 0) return;
  await checkAccess(pending, plan, kube, reach.way === 'proxy');
  emit({ type: 'stage', stage: 'apply', message: `applying ${pending.length} of ${changes.length} objects` });
  const context: ApplyContext = { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
  const { foundation, groundwork, workloads, removals } = splitChanges(pending);
  await applyChanges(foundation, context);
  await allOrAbort(signal, [
    (stop) => applyChanges(groundwork, { ...context, signal: stop }),
    async (stop) => {
      if (!needsDirectories(pending)) return;
      await prepareDirectories(plan, { kube, clock: systemClock, signal: stop, deadlineMs });
    },
  ]);
  await applyChanges(workloads, context);
  await applyChanges(removals, context);
}
