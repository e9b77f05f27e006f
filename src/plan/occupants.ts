import { formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import { isManaged } from './ownership.ts';

/** Whose a namespace is by what is in it: it may go only when nobody else has anything there. */

/** What Kubernetes, or a part of it, puts into every namespace by itself. */
const everywhere: Readonly<Record<string, readonly string[]>> = {
  ServiceAccount: ['default'],
  ConfigMap: ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'],
};

const accountOfToken = 'kubernetes.io/service-account.name';

/**
 * The objects that are somebody else's, of all that a namespace has. What another object of the namespace owns is told
 * by its owner, and what follows a Service by that.
 */
export function findStrangers(objects: readonly KubeObject[]): readonly KubeObject[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const services = new Set(objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name));
  return objects.filter((object) => {
    const { kind, metadata } = object;
    const isOwned = metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) ?? false;
    const isOfService = kind === 'Endpoints' && services.has(metadata.name);
    return !isManaged(object) && !isEverywhere(object) && !isOwned && !isOfService;
  });
}

/** True for what will be gone in a moment by itself: it is on its way out, or waits for the garbage collection. */
export function isLeaving({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined || (metadata.ownerReferences ?? []).length > 0;
}

const mostNamed = 20;

/** Objects in one line, `configmap/a, secret/b`. */
export function nameObjects(objects: readonly KubeObject[]): string {
  const names = objects.map((object) => formatRef(refOf(object))).toSorted();
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function isEverywhere(object: KubeObject): boolean {
  const { kind, metadata } = object;
  if (everywhere[kind]?.includes(metadata.name)) return true;
  // Clusters before 1.24 keep a token for each account.
  return kind === 'Secret' && metadata.annotations?.[accountOfToken] === 'default';
}
