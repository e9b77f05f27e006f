import { checkAccess } from '../../apply/access.ts';
import { type ApplyContext, applyChanges } from '../../apply/apply.ts';
import { keepVolumes } from '../../apply/keep-volumes.ts';
import { prepareVolumes } from '../../apply/prepare-volumes.ts';
import { systemClock } from '../../base/clock.ts';
import type { ObjectChange } from '../../plan/changes.ts';
import { keptKinds } from '../../plan/kinds.ts';
import { splitChanges } from '../../plan/steps.ts';
import { loadCauses } from '../../wait/causes.ts';
import { explainPod } from '../../wait/obstacle.ts';
import type { Run } from './run.ts';

/**
 * Makes sure of the rights that an installation takes, and of the namespace in which a run has its lease.
 * @throws BootError as `openNamespace`
 */
export async function openStorage(run: Run): Promise<void> {
  const { plan, kube, reach, emit } = run;
  const pending = pendingChanges(run);
  await checkAccess(pending, plan, kube, reach.way === 'proxy');
  emit({ type: 'stage', stage: 'apply', message: 'preparing the storage' });
  await applyChanges(splitChanges(pending).namespace, contextOf(run));
}

/**
 * Makes of the changes of a plan only what data can be put on: inventory, volumes and claims, and prepares the volumes
 * as for the services that are to come.
 * @throws BootError as `apply`
 */
export async function applyStorage(run: Run): Promise<void> {
  const { plan, kube, emit, signal, deadlineMs } = run;
  const pending = pendingChanges(run);
  const context = contextOf(run);
  const { foundation, groundwork } = splitChanges(pending);
  // A pod that tries a volume must not come before its claim.
  await applyChanges([...foundation, ...groundwork.filter(({ ref }) => keptKinds.has(ref.kind))], context);
  await prepareVolumes(pending, plan, {
    ...{ kube, clock: systemClock, signal, deadlineMs, emit },
    explain: (pod) => explainPod(pod, kube, loadCauses()),
  });
  await keepVolumes(plan, { kube, emit });
}

function pendingChanges({ changes }: Run): readonly ObjectChange[] {
  return changes.filter(({ action }) => action !== 'unchanged');
}

function contextOf({ kube, emit, signal, options }: Run): ApplyContext {
  return { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
}
