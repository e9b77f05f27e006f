import { type ContainerStatus, type Pod, refOf } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../plan/labels.ts';

/** The installation's pods, by the service that they belong to; those that have ended, or are about to, don't count. */
export async function readPods(
  kube: Pick<KubeClient, 'list'>,
  namespace: string,
): Promise<ReadonlyMap<string, readonly Pod[]>> {
  const pods = await kube.list('v1', 'Pod', { namespace, labelSelector: `${managedByLabel}=${managedByValue}` });
  return Map.groupBy(
    (pods as readonly Pod[]).filter(isStaying),
    ({ metadata }) => metadata.labels?.[serviceLabel] ?? '',
  );
}

/** Takes pods away, so that their Deployments make new ones. */
export async function deletePods(kube: Pick<KubeClient, 'delete'>, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) await kube.delete(refOf(pod));
}

/** The container of the service itself, which bears its name; the pod may have others. */
export function containerOf({ metadata, status }: Pod): ContainerStatus | undefined {
  return status.containerStatuses?.find(({ name }) => name === metadata.labels?.[serviceLabel]);
}

/** When its present run began, by the node's clock, in milliseconds since 1970; undefined while there is none. */
export function runningSinceMs(pod: Pod): number | undefined {
  return Date.parse(containerOf(pod)?.state?.running?.startedAt ?? '') || undefined;
}

function isStaying({ metadata, status }: Pod): boolean {
  const hasEnded = status.phase === 'Failed' || status.phase === 'Succeeded';
  return !hasEnded && metadata.deletionTimestamp === undefined;
}
