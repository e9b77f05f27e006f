import { BootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import type { InstalledFacts, NamespaceFacts } from '../facts/types.ts';
import { isInventory, listRefs } from './inventory.ts';
import { keptKinds } from './kinds.ts';
import { isManaged, isOurs } from './ownership.ts';
import type { StoredData } from './stored-data.ts';

/** What an uninstallation takes away beside the workloads, and what of it stays as long as the data do. */

export interface Leftovers {
  /** What the workloads stood on, without what holds data: it goes when they are gone. */
  readonly groundwork: readonly ObjectRef[];
  /** Absent where there is none of ours. */
  readonly inventory?: KubeObject;
  /** The inventory's objects when only what holds data is left; undefined where it says that already. */
  readonly trimmed?: string;
}

/**
 * Sorts what there is, by its label: the inventory may be spoilt, or gone. As long as data are kept, the inventory stays
 * as well, with what is left: so that it names every object of ours, and what the data were made by.
 */
export function findLeftovers({ objects, namespace }: InstalledFacts): Leftovers {
  const ours = objects.filter((object) => isOurs(object, namespace.name));
  const inventory = ours.find((object) => isInventory(refOf(object)));
  const kept = ours.filter(({ kind }) => keptKinds.has(kind)).map(refOf);
  const groundwork = ours
    .map(refOf)
    .filter((ref) => !keptKinds.has(ref.kind) && ref.kind !== 'Deployment' && !isInventory(ref));
  const trimmed = listRefs(kept);
  const { objects: listed } = (inventory?.data ?? {}) as { readonly objects?: string };
  return {
    groundwork,
    ...(inventory ? { inventory } : {}),
    ...(inventory && listed !== trimmed ? { trimmed } : {}),
  };
}

/** What an uninstallation is to take away. */
export interface Removal {
  readonly namespace: NamespaceFacts;
  readonly workloads: readonly KubeObject[];
  readonly leftovers: Leftovers;
  /** What keeps other runs away; it is the last to go. */
  readonly lock?: ObjectRef;
  readonly data: readonly StoredData[];
  /** The data go as well. */
  readonly isPurge: boolean;
}

/** True when there is anything to take away, but for a namespace of ours. */
export function hasWork({ workloads, leftovers, lock, data, isPurge }: Removal): boolean {
  const { groundwork, inventory, trimmed } = leftovers;
  if (workloads.length > 0 || groundwork.length > 0 || lock) return true;
  if (!isPurge && data.length > 0) return trimmed !== undefined;
  return inventory !== undefined || data.some(({ hasClaim, removal }) => hasClaim || removal.by !== 'nobody');
}

/** True when data stay behind that were an installation's. */
export function keepsData({ data, isPurge }: Pick<Removal, 'data' | 'isPurge'>): boolean {
  return !isPurge && data.length > 0;
}

interface ClaimingPod extends KubeObject {
  readonly spec?: {
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
  readonly status?: { readonly phase?: string };
}

/**
 * Makes sure that nobody else works on data that are to be deleted.
 * @param pods all of the namespace
 * @throws BootError `preflight` with each pod that isn't ours and uses a claim that is
 */
export function requireUnused(data: readonly StoredData[], pods: readonly KubeObject[]): void {
  const claims = new Set(data.filter(({ hasClaim }) => hasClaim).map(({ claim }) => claim));
  const uses = (pods as readonly ClaimingPod[])
    .filter((pod) => !isManaged(pod) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
    .flatMap((pod) =>
      (pod.spec?.volumes ?? [])
        .flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [])
        .filter((claim) => claims.has(claim))
        .map((claim) => ({ pod: formatRef(refOf(pod)), claim })),
    );
  const [first] = uses;
  if (!first) return;
  throw new BootError({
    exit: 'preflight',
    object: `persistentvolumeclaim/${first.claim}`,
    cause: 'somebody else works with the data that would be deleted; nothing was changed',
    evidence: uses.map(({ pod, claim }) => `${pod} uses ${claim}`),
    hint: 'End what uses it, and run this again.',
  });
}
