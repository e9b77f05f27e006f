import { BootError } from '../base/errors.ts';
import type { Deployment, KubeObject } from '../base/kube-types.ts';
import { formatRef, refOf } from '../base/kube-types.ts';
import type { Manifest } from './archive.ts';
import { isInventory, readInventory } from './inventory.ts';
import { serviceLabel } from './labels.ts';
import { isManaged } from './ownership.ts';
import type { Release } from './release.ts';

/** Whether a backup may be put back: into the same release, the same database, and where nothing runs. */

/**
 * Makes sure that a backup is of the release that this program installs.
 * @param path of the archive, for the message
 * @throws BootError `preflight`
 */
export function requireSameRelease(manifest: Manifest, release: Release, path: string): void {
  const made = `${manifest.release} ${manifest.version}`;
  const carried = `${release.release} ${release.version}`;
  if (made === carried) return;
  throw new BootError({
    exit: 'preflight',
    object: path,
    cause: `it is of ${made}, and this program installs ${carried}, which may not understand its data; nothing was changed`,
    hint: `Take the program that made it, edgex-boot ${manifest.program}.`,
  });
}

/**
 * Makes sure that nothing of an installation runs in a namespace, and that what was installed there is of the same kind.
 * @param objects of the namespace, its pods among them
 * @throws BootError `preflight` with what runs, or what differs
 */
export function requireIdle(manifest: Manifest, namespace: string, objects: readonly KubeObject[]): void {
  const active = objects.filter((object) => isManaged(object) && isRunning(object));
  const workloads = active.filter(({ kind }) => kind === 'Deployment');
  const running = workloads.length > 0 ? workloads : active;
  if (running.length > 0) {
    throw new BootError({
      exit: 'preflight',
      object: `namespace/${namespace}`,
      cause: 'EdgeX runs there, and would write over what is put back; nothing was changed',
      evidence: running.map((object) => formatRef(refOf(object))),
      hint: `Stop it first: edgex-boot uninstall --namespace ${namespace} keeps the data. Or restore into another --namespace.`,
    });
  }
  const inventory = readInventory(objects, namespace);
  const differing = (['release', 'version', 'database'] as const).filter(
    (field) => inventory && inventory[field] !== '' && inventory[field] !== manifest[field],
  );
  if (!inventory || differing.length === 0) return;
  throw new BootError({
    exit: 'preflight',
    object: `namespace/${namespace}`,
    cause: `what was installed there has another ${differing.join(' and ')} than the backup; nothing was changed`,
    evidence: differing.map((field) => `${field}: ${inventory[field]} there, ${manifest[field]} in the backup`),
    hint: 'Restore into another --namespace.',
  });
}

/** An annotation of the inventory, from the first volume that gets its new content to the last. */
const restoringAnnotation = 'edgex-boot/restoring';

/** A merge patch that marks an inventory: its volumes are partly of a backup. Or takes the mark away again. */
export function restoringPatch(isRestoring: boolean): object {
  return { metadata: { annotations: { [restoringAnnotation]: isRestoring ? 'true' : null } } };
}

/** True where a restore was interrupted in the middle of the volumes. */
export function isHalfRestored(objects: readonly KubeObject[]): boolean {
  return objects.some(
    (object) => isInventory(refOf(object)) && object.metadata.annotations?.[restoringAnnotation] !== undefined,
  );
}

/**
 * Makes sure that the volumes of a namespace are of one moment.
 * @throws BootError `preflight` where a restore was interrupted
 */
export function requireRestored(objects: readonly KubeObject[], namespace: string): void {
  if (!isHalfRestored(objects)) return;
  throw new BootError({
    exit: 'preflight',
    object: `namespace/${namespace}`,
    cause: 'a restore was interrupted there, so its volumes are of different moments; nothing was changed',
    hint: `Run \`edgex-boot restore FILE --namespace ${namespace}\` to its end. To give the data up: \`edgex-boot uninstall --purge-data --namespace ${namespace}\`.`,
  });
}

/** A workload that has pods, or is about to; and a pod of a service. */
function isRunning(object: KubeObject): boolean {
  if (object.kind === 'Deployment') return ((object as Deployment).spec.replicas ?? 1) > 0;
  return object.kind === 'Pod' && object.metadata.labels?.[serviceLabel] !== undefined;
}

/** The choice of services that gives an installation exactly those of a backup. */
export function selectionOf(
  { services }: Pick<Manifest, 'services'>,
  release: Release,
): { readonly with: readonly string[]; readonly without: readonly string[] } {
  const optional = Object.entries(release.services).filter(([, row]) => row.optional !== undefined);
  const isThere = (name: string): boolean => services.includes(name);
  return {
    with: optional.flatMap(([name, row]) => (row.optional === 'requested' && isThere(name) ? [name] : [])),
    without: optional.flatMap(([name, row]) => (row.optional === 'installed' && !isThere(name) ? [name] : [])),
  };
}
