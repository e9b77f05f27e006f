import { mapPool } from '../base/pool.ts';
import type { ObjectChange } from '../plan/changes.ts';
import { preparedLabel } from '../plan/labels.ts';
import { needsPreparation } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { volumeName } from '../plan/volumes.ts';
import { type PreparationContext, prepareDirectories } from './directories.ts';
import { probeVolumes } from './probes.ts';

const parallel = 8;

/**
 * Makes sure that the services can write on volumes which they haven't had before. Writes nothing where there are none.
 * @throws BootError as `prepareDirectories` and `probeVolumes`
 */
export async function prepareVolumes(
  changes: readonly ObjectChange[],
  plan: Plan,
  context: PreparationContext,
): Promise<void> {
  if (!needsPreparation(changes)) return;
  if (plan.storage.kind === 'local' || plan.storage.kind === 'nfs') {
    await prepareDirectories(plan, context);
    await markPrepared(plan, context);
    return;
  }
  const created = new Set(
    changes.flatMap(({ ref, action }) => (action === 'created' ? [`${ref.kind} ${ref.name}`] : [])),
  );
  const services = plan.services.filter(
    ({ name, row }) =>
      row.claims.some((claim) => created.has(`PersistentVolumeClaim ${claim.name}`)) ||
      (row.claims.length > 0 && created.has(`Deployment ${name}`)),
  );
  await probeVolumes(services, plan, context);
}

/** From now on a directory that is missing means a disk that isn't mounted, and is not made anew. */
async function markPrepared({ directories, namespace }: Plan, { kube }: PreparationContext): Promise<void> {
  const fresh = directories.filter(({ isKept }) => !isKept);
  await mapPool(fresh, parallel, ({ claim }) => {
    const name = volumeName(namespace, claim);
    const ref = { apiVersion: 'v1', kind: 'PersistentVolume', name };
    return kube.patch(ref, { metadata: { labels: { [preparedLabel]: 'true' } } });
  });
}
