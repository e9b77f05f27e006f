import type { ObjectChange } from './changes.ts';
import { isInventory } from './inventory.ts';
import { keptKinds } from './kinds.ts';

export interface ChangeSteps {
  /** The namespace itself. */
  readonly namespace: readonly ObjectChange[];
  /** The inventory: what stands before everything in the namespace. */
  readonly foundation: readonly ObjectChange[];
  /** Volumes, claims, Services: what stands before the first workload. */
  readonly groundwork: readonly ObjectChange[];
  /** Workloads that wait for nothing and have no volume. */
  readonly free: readonly ObjectChange[];
  /** Workloads that wait for nothing but their volume: all others wait for these. */
  readonly first: readonly ObjectChange[];
  /** Workloads that wait for others. */
  readonly gated: readonly ObjectChange[];
  /** Deletions, and the inventory without what they deleted. */
  readonly removals: readonly ObjectChange[];
}

/** Parts the changes where other work comes between: the volumes' directories are made before the first workload. */
export function splitChanges(changes: readonly ObjectChange[]): ChangeSteps {
  const firstDeletion = changes.findIndex(({ action }) => action === 'deleted');
  const end = firstDeletion < 0 ? changes.length : firstDeletion;
  const writes = changes.slice(0, end);
  return {
    namespace: writes.filter(isNamespace),
    foundation: writes.filter(({ ref }) => isInventory(ref)),
    groundwork: writes.filter((change) => !isNamespace(change) && !isInventory(change.ref) && !isWorkload(change)),
    free: writes.filter((change) => isWorkload(change) && !isGated(change) && !mountsClaim(change)),
    first: writes.filter((change) => isWorkload(change) && !isGated(change) && mountsClaim(change)),
    gated: writes.filter((change) => isWorkload(change) && isGated(change)),
    removals: changes.slice(end),
  };
}

function isNamespace({ ref }: ObjectChange): boolean {
  return ref.kind === 'Namespace';
}

function isWorkload({ ref }: ObjectChange): boolean {
  return ref.kind === 'Deployment';
}

function isGated(change: ObjectChange): boolean {
  return podOf(change).initContainers !== undefined;
}

function mountsClaim(change: ObjectChange): boolean {
  return podOf(change).volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined) ?? false;
}

interface PodTemplate {
  readonly initContainers?: unknown;
  readonly volumes?: readonly { readonly persistentVolumeClaim?: unknown }[];
}

function podOf({ object }: ObjectChange): PodTemplate {
  const { template } = (object?.spec ?? {}) as { readonly template?: { readonly spec?: PodTemplate } };
  return template?.spec ?? {};
}

/**
 * True when volumes may not be ready for use: a volume or a claim is new or comes back, or a Deployment is new, as all
 * are after a run that was interrupted before it prepared the volumes.
 */
export function needsPreparation(changes: readonly ObjectChange[]): boolean {
  return changes.some(
    ({ ref, action }) =>
      (ref.kind === 'PersistentVolume' && action !== 'unchanged') ||
      ((ref.kind === 'PersistentVolumeClaim' || ref.kind === 'Deployment') && action === 'created'),
  );
}

/**
 * The changes in steps that go one after another; within a step they are independent. The order of the changes is kept.
 */
export function stepsOf(changes: readonly ObjectChange[]): readonly (readonly ObjectChange[])[] {
  const steps: ObjectChange[][] = [];
  let current: string | undefined;
  for (const change of changes) {
    const step = stepOf(change);
    if (step !== current) steps.push([]);
    current = step;
    steps.at(-1)?.push(change);
  }
  return steps;
}

/** What others of an installation stand on gets a step of its own. */
function stepOf({ ref, action }: ObjectChange): string {
  if (action === 'deleted') return 'deletions';
  if (isInventory(ref)) return 'inventory';
  return keptKinds.has(ref.kind) ? ref.kind : 'others';
}
