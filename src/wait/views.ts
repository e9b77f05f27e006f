import type { Deployment, KubeEvent, KubeObject, Pod } from '../base/kube-types.ts';
import { serviceLabel } from '../plan/labels.ts';
import type { PlannedService } from '../plan/types.ts';
import { gatesContainer } from '../plan/workload.ts';
import { type Need, needsOf } from './needs.ts';

/** All that a cluster shows of one service. */
export interface ServiceView {
  readonly service: string;
  readonly namespace: string;
  readonly needs: readonly Need[];
  readonly claims: readonly string[];
  readonly deployment: Deployment | undefined;
  /** The newest pod of the Deployment's present template; absent while there is none. */
  readonly pod: Pod | undefined;
  /** Its pod waits in the gates for what the service needs. */
  readonly isAtGates: boolean;
  /** Pods that have to end before a new one starts: deleted, or of an earlier template. Newest first. */
  readonly leaving: readonly Pod[];
  /** Pods that ended by themselves: evicted, or gone down with their node. Newest first. */
  readonly ended: readonly Pod[];
  /** About the Deployment, its ReplicaSets, its pods and its claims. */
  readonly events: readonly KubeEvent[];
}

/** What of a service must be known to find it in a cluster. */
export type ViewedService = Pick<PlannedService, 'name' | 'gates'> & {
  readonly row: Pick<PlannedService['row'], 'claims'>;
};

/** What the LISTs of a namespace gave. */
export interface Listed {
  readonly deployments: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly events: readonly KubeObject[];
}

/** Sorts what was listed by service. */
export function groupViews(
  services: readonly ViewedService[],
  namespace: string,
  listed: Listed,
): readonly ServiceView[] {
  const deployments = new Map(listed.deployments.map((each) => [each.metadata.name, each as Deployment]));
  return services.map((service) => {
    const { name, row } = service;
    const deployment = deployments.get(name);
    const pods = (listed.pods as readonly Pod[])
      .filter(({ metadata }) => metadata.labels?.[serviceLabel] === name)
      .toSorted((a, b) => createdMs(b) - createdMs(a));
    const claims = row.claims.map((claim) => claim.name);
    const events = (listed.events as readonly KubeEvent[]).filter((event) => isAbout(event, name, claims));
    return {
      service: name,
      namespace,
      needs: needsOf(service),
      claims,
      deployment,
      ...sortPods(pods, deployment),
      events,
    };
  });
}

/**
 * Which pods count. `Recreate` ends every pod of the earlier template before it makes one of the new, so until the
 * Deployment reports an updated pod all that there are belong to the earlier one.
 */
function sortPods(pods: readonly Pod[], deployment: Deployment | undefined) {
  const ended = pods.filter(hasEnded);
  const alive = pods.filter((pod) => !hasEnded(pod));
  const current = hasUpdated(deployment) ? alive.filter(({ metadata }) => !metadata.deletionTimestamp) : [];
  const [pod] = current;
  return { pod, ended, leaving: alive.filter((each) => !current.includes(each)), isAtGates: isAtGates(pod) };
}

function hasUpdated(deployment: Deployment | undefined): boolean {
  return isObserved(deployment) && (deployment?.status?.updatedReplicas ?? 0) > 0;
}

/** The controller has taken up the Deployment as it is now; before, its status is about an earlier one. */
export function isObserved(deployment: Deployment | undefined): boolean {
  const observed = deployment?.status?.observedGeneration ?? 0;
  return deployment !== undefined && observed >= (deployment.metadata.generation ?? 1);
}

function isAtGates(pod: Pod | undefined): boolean {
  const gates = pod?.status.initContainerStatuses?.find(({ name }) => name === gatesContainer);
  return gates?.state?.running !== undefined;
}

function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Failed' || status.phase === 'Succeeded';
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

/** ReplicaSets and pods have their Deployment's name, then endings of these characters. */
const ending = '(-[bcdf-hj-np-tv-xz0-9]+)';

function isAbout({ involvedObject: { kind, name } }: KubeEvent, service: string, claims: readonly string[]): boolean {
  switch (kind) {
    case 'Deployment':
      return name === service;
    case 'ReplicaSet':
      return new RegExp(`^${service}${ending}$`).test(name);
    case 'Pod':
      return new RegExp(`^${service}${ending}{2}$`).test(name);
    case 'PersistentVolumeClaim':
      return claims.includes(name);
    default:
      return false;
  }
}
