import { BootError } from '../base/errors.ts';
import { type Condition, formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import type { InstalledFacts } from '../facts/types.ts';
import { refKey } from './inventory.ts';
import { keptKinds } from './kinds.ts';
import { managedByLabel, managedByValue, namespaceLabel } from './labels.ts';

/** True for what this program made. Everything else is somebody's own, whatever its name. */
export function isManaged({ metadata }: KubeObject): boolean {
  return metadata.labels?.[managedByLabel] === managedByValue;
}

/** True for what this program made for this namespace. A volume stands outside of all, so its label says for which. */
export function isOurs(object: KubeObject, namespace: string): boolean {
  if (!isManaged(object)) return false;
  return object.kind !== 'PersistentVolume' || object.metadata.labels?.[namespaceLabel] === namespace;
}

/**
 * Makes sure that all of these objects may be written: each is absent or ours, and none is on its way out.
 * @throws BootError `preflight` with everything that stands in the way
 */
export function requireOwnership(wanted: readonly KubeObject[], { namespace, objects }: InstalledFacts): void {
  const keys = new Set(wanted.map((object) => refKey(refOf(object))));
  const present = objects.filter((object) => keys.has(refKey(refOf(object))));
  const foreign = present.filter((object) => !isOurs(object, namespace.name));
  if (foreign.length > 0) {
    throw new BootError({
      exit: 'preflight',
      object: subject(foreign, namespace.name),
      cause: 'made by somebody else, under a name that the installation needs; nothing was changed',
      evidence: foreign.map((object) => `${formatRef(refOf(object))}: ${describeOwner(object)}`),
      hint: foreign.some(({ kind }) => keptKinds.has(kind))
        ? 'Install into another --namespace. Delete what is there only when nobody needs its data.'
        : 'Rename or delete what is there, or install into another --namespace.',
    });
  }
  const leaving = present.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (leaving.length > 0) {
    throw new BootError({
      exit: 'preflight',
      object: subject(leaving, namespace.name),
      cause: 'on its way out, so nothing can be installed there yet; nothing was changed',
      evidence: leaving.map((object) => `${formatRef(refOf(object))}: ${describeDeletion(object)}`),
      hint: 'Wait until it is gone and run this again. A claim goes when the last pod that uses it has ended.',
    });
  }
}

/**
 * Makes sure that a namespace isn't being deleted.
 * @throws BootError `preflight` with what holds it up
 */
export function requireLivingNamespace({ namespace, objects }: InstalledFacts): void {
  if (!namespace.terminating) return;
  const found = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace.name);
  throw new BootError({
    exit: 'preflight',
    object: `namespace/${namespace.name}`,
    cause: 'it is being deleted, and nothing can be made in it',
    evidence: found ? [describeDeletion(found), ...describeRemainders(found)] : [],
    hint: 'Wait until it is gone and run this again, or install into another --namespace.',
  });
}

function subject(objects: readonly KubeObject[], namespace: string): string {
  const [first, ...others] = objects;
  if (first && others.length === 0) return formatRef(refOf(first));
  return `${objects.length} objects of namespace ${namespace}`;
}

const helmRelease = 'meta.helm.sh/release-name';
const instanceLabel = 'app.kubernetes.io/instance';

/** Whose an object is, as far as it says so itself. */
function describeOwner({ kind, metadata }: KubeObject): string {
  const { labels = {}, annotations = {}, ownerReferences = [], managedFields = [] } = metadata;
  const manager = labels[managedByLabel];
  if (kind === 'PersistentVolume' && manager === managedByValue) {
    return `made for the installation in namespace ${labels[namespaceLabel] ?? '(none named)'}`;
  }
  const [owner] = ownerReferences;
  if (owner) return `owned by ${formatRef(owner)}`;
  const instance = annotations[helmRelease] ?? labels[instanceLabel];
  if (manager) return `managed by ${manager}${instance ? `, instance ${instance}` : ''}`;
  const writers = managedFields.flatMap(({ manager: name, subresource }) => (name && !subresource ? [name] : []));
  return writers.length > 0 ? `written by ${[...new Set(writers)].join(', ')}` : 'it does not say by whom';
}

/** Since when an object is on its way out, and what holds it. */
export function describeDeletion(object: KubeObject): string {
  const { metadata, spec } = object as KubeObject & { readonly spec?: { readonly finalizers?: readonly string[] } };
  const finalizers = [...(metadata.finalizers ?? []), ...(spec?.finalizers ?? [])];
  const since = `being deleted since ${metadata.deletionTimestamp}`;
  return finalizers.length > 0 ? `${since}, finalizers: ${finalizers.join(', ')}` : since;
}

/** What a namespace still waits for, in the words of its controller. */
export function describeRemainders(object: KubeObject): readonly string[] {
  const { status } = object as KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };
  return (status?.conditions ?? []).flatMap(({ status: holds, message }) =>
    holds === 'True' && message ? [message] : [],
  );
}
