import { checkAccess } from '../../apply/access.ts';
import { type ApplyContext, applyChanges } from '../../apply/apply.ts';
import { keepVolumes } from '../../apply/keep-volumes.ts';
import { prepareVolumes } from '../../apply/prepare-volumes.ts';
import { systemClock } from '../../base/clock.ts';
import { allOrAbort } from '../../base/concurrent.ts';
import { keptKinds } from '../../plan/kinds.ts';
import { splitChanges } from '../../plan/steps.ts';
import { loadCauses } from '../../wait/causes.ts';
import { explainPod } from '../../wait/obstacle.ts';
import type { Run } from './run.ts';

/**
 * Makes of the changes of a plan only what data can be put on: namespace, inventory, volumes and claims, and prepares
 * the volumes as for the services that are to come.
 * @throws BootError as `apply`
 */
export async function applyStorage(run: Run): Promise<void> {
  const { changes, plan, kube, reach, options, emit, signal, deadlineMs } = run;
  const pending = changes.filter(({ action }) => action !== 'unchanged');
  await checkAccess(pending, plan, kube, reach.way === 'proxy');
  emit({ type: 'stage', stage: 'apply', message: 'preparing the storage' });
  const context: ApplyContext = { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
  const { namespace, foundation, groundwork } = splitChanges(pending);
  await applyChanges([...namespace, ...foundation], context);
  await allOrAbort(signal, [
    (stop) =>
      applyChanges(
        groundwork.filter(({ ref }) => keptKinds.has(ref.kind)),
        { ...context, signal: stop },
      ),
    (stop) =>
      prepareVolumes(pending, plan, {
        ...{ kube, clock: systemClock, signal: stop, deadlineMs },
        explain: (pod) => explainPod(pod, kube, loadCauses()),
      }),
  ]);
  await keepVolumes(plan, { kube, emit });
}
