import type { KubeEvent, KubeObject, Pod } from '../base/kube-types.ts';
import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import { type Cause, findCause } from './causes.ts';
import { pulledImages, symptomsOfStart } from './symptoms.ts';
import type { ServiceView } from './views.ts';
import { describeFinding, hintOf } from './words.ts';

/** What keeps a pod that runs once from starting. */
export interface PodObstacle {
  readonly cause: string;
  readonly hint?: string;
  /** How long it must last before it counts. */
  readonly graceMs: number;
}

/**
 * Asks for the events, and finds it. Where these may not be listed, the pod's own status has to do.
 * @throws BootError `cluster` when the server doesn't answer
 */
export async function explainPod(
  pod: Pod,
  kube: Pick<KubeClient, 'list'>,
  causes: readonly Cause[],
): Promise<PodObstacle | undefined> {
  const { namespace = '' } = pod.metadata;
  const events = await kube.list('v1', 'Event', { namespace }).catch((error: unknown): readonly KubeObject[] => {
    if (hasStatus(error, 403)) return [];
    throw error;
  });
  return findObstacle(pod, events as readonly KubeEvent[], causes);
}

/**
 * Finds it by the same causes as a service's.
 * @param events of its namespace
 * @returns undefined where nothing does, as far as is known, and while its image is on its way
 */
export function findObstacle(
  pod: Pod,
  events: readonly KubeEvent[],
  causes: readonly Cause[],
): PodObstacle | undefined {
  const { name, namespace = '' } = pod.metadata;
  const claims = (pod.spec.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  const about = events.filter(
    ({ involvedObject: { kind, name: of } }) =>
      (kind === 'Pod' && of === name) || (kind === 'PersistentVolumeClaim' && claims.includes(of)),
  );
  const view: ServiceView = {
    ...{ service: name, namespace, claims, needs: [], deployment: undefined },
    ...{ pod, isAtGates: false, leaving: [], ended: [], events: about },
  };
  if (pulledImages(view).length > 0) return undefined;
  const finding = findCause(causes, symptomsOfStart(view));
  if (!finding?.cause.terminal) return undefined;
  const hint = hintOf(finding, view);
  return { cause: describeFinding(finding, view), graceMs: finding.cause.graceMs, ...(hint ? { hint } : {}) };
}
