import { BootError } from '../base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import type { InstalledFacts } from '../facts/types.ts';
import { hasStatus, KubeError } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import { draftChanges, type ObjectChange } from '../plan/changes.ts';
import { diffObjects } from '../plan/diff.ts';
import { readInventory, refKey } from '../plan/inventory.ts';
import { keptKinds } from '../plan/kinds.ts';
import type { Plan } from '../plan/types.ts';
import { checkAccess } from './access.ts';

export type { ObjectChange } from '../plan/changes.ts';

/** Enough to hide the round trips, and no burst for the API server of a small node. */
const parallel = 8;

export interface PreviewContext {
  readonly kube: KubeClient;
  readonly signal?: AbortSignal;
  /** Fields that other managers own count as ours to change. */
  readonly forceConflicts: boolean;
}

/** An object that the server would not take. */
interface Objection {
  readonly object: KubeObject;
  readonly error: KubeError;
  /** It is there, and so is what somebody may have changed in it. */
  readonly isLive: boolean;
}

/**
 * What an apply would do, object by object, in the order of application; changes nothing. The server itself is asked by
 * dry runs, so its defaults, policies and immutable fields count.
 * @throws BootError `preflight` with all objects that can't be applied: somebody else's, on their way out, refused by
 *   the server, or with fields that other managers own
 */
export async function previewChanges(
  plan: Plan,
  installed: InstalledFacts,
  context: PreviewContext,
): Promise<readonly ObjectChange[]> {
  const live = new Map(installed.objects.map((object) => [refKey(refOf(object)), object]));
  const objections: Objection[] = [];
  const drafts = draftChanges(plan, installed);
  const preview = async (draft: ObjectChange): Promise<ObjectChange> => {
    context.signal?.throwIfAborted();
    const { object, ref } = draft;
    if (!object || (ref.namespace !== undefined && !installed.namespace.exists)) return draft;
    try {
      const desired = await context.kube.apply(object, { dryRun: true, force: context.forceConflicts });
      if (draft.action === 'created') return draft;
      return await compare(draft, live.get(refKey(ref)), desired, context);
    } catch (error) {
      if (!(error instanceof KubeError) || error.details.exit !== 'rollout') throw error;
      objections.push({ object, error, isLive: live.has(refKey(ref)) });
      return draft;
    }
  };
  const changes = await mapPool(drafts, parallel, preview).catch(async (error: unknown) => {
    // Where one right is missing there may be more: all are told at once.
    if (hasStatus(error, 403)) await checkAccess(drafts, plan, context.kube);
    throw error;
  });
  const conflicts = objections.filter(({ error }) => error.managers.length > 0);
  if (objections.length > conflicts.length) {
    throw refused(
      objections.filter((objection) => !conflicts.includes(objection)),
      readInventory(installed.objects, plan.namespace)?.storage,
    );
  }
  if (conflicts.length > 0) throw conflicting(conflicts);
  return changes;
}

async function compare(
  draft: ObjectChange,
  known: KubeObject | undefined,
  desired: KubeObject,
  { kube }: PreviewContext,
): Promise<ObjectChange> {
  // A dry run bears the version on which it is based; controllers may have been at work since the object was read.
  const isCurrent = known?.metadata.resourceVersion === desired.metadata.resourceVersion;
  const live = isCurrent ? known : await kube.get(draft.ref);
  const fields = [...draft.fields, ...(live ? diffObjects(live, desired) : [])];
  return { ...draft, action: fields.length > 0 ? 'changed' : 'unchanged', fields };
}

function refused(objections: readonly Objection[], storage: string | undefined): BootError {
  const ofStorage = objections.filter(({ object }) => keptKinds.has(object.kind));
  const evidence = objections.flatMap(({ object, error }) => [
    `${formatRef(refOf(object))}: ${error.details.cause}`,
    ...(error.details.evidence ?? []).map((line) => `  ${line}`),
  ]);
  if (ofStorage.length === objections.length) {
    return new BootError({
      exit: 'preflight',
      object: subject(objections),
      cause: 'the storage of an installation can not change while it is there; the data are untouched',
      evidence,
      hint: storage
        ? `Keep --storage ${storage}, with which it was installed.`
        : 'Keep the former --storage, or install into another --namespace.',
    });
  }
  return new BootError({
    exit: 'preflight',
    object: subject(objections),
    cause: 'the API server refuses what would be applied; nothing was changed',
    evidence,
    hint: [
      objections[0]?.error.details.hint ?? 'Correct what it names, and run this again.',
      ...replacementHint(objections),
    ].join(' '),
  });
}

/**
 * What was changed by hand may not go together with what is applied, as a volume that then has two sources. What holds
 * no data can be made anew.
 */
function replacementHint(objections: readonly Objection[]): readonly string[] {
  const isReplaceable = ({ object, error, isLive }: Objection): boolean =>
    isLive && hasStatus(error, 422) && !keptKinds.has(object.kind);
  if (!objections.every(isReplaceable)) return [];
  const names = objections.map(({ object: { kind, metadata } }) => `${kind.toLowerCase()}/${metadata.name}`);
  const namespace = objections[0]?.object.metadata.namespace ?? '';
  return [
    `Where the options are right and somebody has changed the object by hand, delete it and run this again; it holds no data: kubectl -n ${namespace} delete ${names.join(' ')}`,
  ];
}

function conflicting(conflicts: readonly Objection[]): BootError {
  const managers = [...new Set(conflicts.flatMap(({ error }) => error.managers))];
  return new BootError({
    exit: 'preflight',
    object: subject(conflicts),
    cause: `fields that would change belong to ${managers.join(', ')}; nothing was changed`,
    evidence: conflicts.flatMap(({ object, error }) =>
      (error.details.evidence ?? []).map((line) => `${formatRef(refOf(object))} ${line}`),
    ),
    hint: 'Take the change out there, or take the fields over with --force-conflicts.',
  });
}

function subject(objections: readonly Objection[]): string {
  const [first, ...others] = objections;
  return first && others.length === 0 ? formatRef(refOf(first.object)) : `${objections.length} objects`;
}
