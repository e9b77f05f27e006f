import type { ObjectChange } from '../plan/changes.ts';
import { needsPreparation } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { type PreparationContext, prepareDirectories } from './directories.ts';
import { probeVolumes } from './probes.ts';

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
  if (plan.storage.kind === 'local' || plan.storage.kind === 'nfs') return prepareDirectories(plan, context);
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
