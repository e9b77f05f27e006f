import type { ApplyAction } from '../base/events.ts';
import { type KubeMeta, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import type { InstalledFacts } from '../facts/types.ts';
import type { FieldChange } from './diff.ts';
import { isInventory, readInventory, refKey, renderInventory } from './inventory.ts';
import { keptKinds } from './kinds.ts';
import { replicasAnnotation } from './labels.ts';
import { isOurs, requireLivingNamespace, requireOwnership } from './ownership.ts';
import { type Rebind, rebind } from './rebind.ts';
import type { Plan } from './types.ts';

/** What an apply does with one object. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly action: ApplyAction;
  /** What differs in an object that is there. */
  readonly fields: readonly FieldChange[];
  /** What is applied; absent for a deletion, and where only the patch counts. */
  readonly object?: KubeObject;
  /** A JSON merge patch before the apply, of what an apply can't take away. */
  readonly patch?: object;
}

/**
 * The changes that a plan means for what is installed, before the server has compared: every object that is there
 * counts as changed. In the order of application, deletions and then the trimmed inventory last.
 * A namespace that somebody else made is used as it is, so it is not among them.
 * @throws BootError `preflight` when something foreign, or on its way out, is in the way
 */
export function draftChanges(plan: Plan, installed: InstalledFacts): readonly ObjectChange[] {
  requireLivingNamespace(installed);
  const { namespace } = installed;
  const isForeignNamespace = ({ kind }: KubeObject): boolean =>
    kind === 'Namespace' && namespace.exists && !namespace.managed;
  const planned = plan.objects.filter((object) => !isForeignNamespace(object));
  const { kept, obsolete } = findLeftovers(plan, installed);
  const trimmed = renderInventory(plan, [...planned.map(refOf), ...kept]);
  const inventory = renderInventory(plan, [...planned.map(refOf), ...kept, ...obsolete]);
  const isNamespace = ({ kind }: KubeObject): boolean => kind === 'Namespace';
  const wanted = [...planned.filter(isNamespace), inventory, ...planned.filter((object) => !isNamespace(object))];
  requireOwnership(wanted, installed);

  const live = new Map(installed.objects.map((object) => [refKey(refOf(object)), object]));
  const drafts = wanted.map((object) => draftChange(object, live.get(refKey(refOf(object)))));
  const firstClaim = drafts.findIndex(({ ref }) => ref.kind === 'PersistentVolumeClaim');
  return [
    ...drafts.slice(0, Math.max(0, firstClaim)),
    ...rebindProvisioned(planned, installed),
    ...drafts.slice(Math.max(0, firstClaim)),
    ...obsolete.map((ref): ObjectChange => ({ ref, action: 'deleted', fields: [] })),
    ...(obsolete.length > 0 ? [draftChange(trimmed, inventory)] : []),
  ];
}

function draftChange(object: KubeObject, live: KubeObject | undefined): ObjectChange {
  const ref = refOf(object);
  if (!live) return { ref, action: 'created', fields: [], object };
  const { claimRef } = (object.spec ?? {}) as { readonly claimRef?: Pick<KubeMeta, 'namespace' | 'name'> };
  const { patch, fields = [] } = (claimRef ? rebind(live, claimRef) : unpause(live)) ?? {};
  return { ref, action: 'changed', fields, object, ...(patch ? { patch } : {}) };
}

/** What a backup that was killed noted has no meaning any more when the replicas are given back. */
function unpause({ metadata }: KubeObject): Rebind | undefined {
  const from = metadata.annotations?.[replicasAnnotation];
  if (from === undefined) return undefined;
  return {
    patch: { metadata: { annotations: { [replicasAnnotation]: null } } },
    fields: [{ path: `metadata.annotations[${replicasAnnotation}]`, from }],
  };
}

/** Volumes of ours that a provisioner made are no objects of the plan; claims of the plan name them. */
function rebindProvisioned(planned: readonly KubeObject[], installed: InstalledFacts): readonly ObjectChange[] {
  const names = new Set(planned.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  return planned.flatMap((claim): readonly ObjectChange[] => {
    const { volumeName } = (claim.spec ?? {}) as { readonly volumeName?: string };
    if (claim.kind !== 'PersistentVolumeClaim' || names.has(`PersistentVolume ${volumeName}`)) return [];
    const volume = installed.objects.find(
      (object) =>
        object.kind === 'PersistentVolume' &&
        object.metadata.name === volumeName &&
        isOurs(object, installed.namespace.name),
    );
    const found = volume && rebind(volume, claim.metadata);
    return found ? [{ ref: refOf(volume), action: 'changed', ...found }] : [];
  });
}

/** What an earlier installation made and this plan no longer has: that which holds data is kept, the rest goes. */
function findLeftovers(
  plan: Plan,
  { objects, namespace }: InstalledFacts,
): { readonly kept: readonly ObjectRef[]; readonly obsolete: readonly ObjectRef[] } {
  const planned = new Set(plan.objects.map((object) => refKey(refOf(object))));
  const ours = new Set(
    objects.filter((object) => isOurs(object, namespace.name)).map((object) => refKey(refOf(object))),
  );
  const leftovers = (readInventory(objects, plan.namespace)?.objects ?? []).filter(
    (ref) => ours.has(refKey(ref)) && !planned.has(refKey(ref)) && !isInventory(ref),
  );
  return {
    kept: leftovers.filter(({ kind }) => keptKinds.has(kind)),
    obsolete: leftovers.filter(({ kind }) => !keptKinds.has(kind)),
  };
}
