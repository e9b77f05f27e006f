import type { KubeClient } from '../kube/types.ts';
import { isManaged } from '../plan/ownership.ts';
import type { InstalledFacts } from './types.ts';

/** The kinds of which an installation is made. A kind that the plan begins to use gets a row. */
const kinds = [
  { apiVersion: 'v1', kind: 'PersistentVolume', namespaced: false },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespaced: true },
  { apiVersion: 'v1', kind: 'ConfigMap', namespaced: true },
  { apiVersion: 'v1', kind: 'Service', namespaced: true },
  { apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true },
] as const;

/**
 * Asks the cluster what is there already. Foreign objects come along: one that has a name of ours must be seen.
 * @throws BootError `cluster` when it doesn't answer or denies.
 */
export async function readInstalled(kube: KubeClient, namespace: string): Promise<InstalledFacts> {
  const [found, ...lists] = await Promise.all([
    kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
    ...kinds.map(({ apiVersion, kind, namespaced }) => kube.list(apiVersion, kind, namespaced ? { namespace } : {})),
  ]);
  return {
    namespace: {
      name: namespace,
      exists: found !== undefined,
      terminating: found?.metadata.deletionTimestamp !== undefined,
      managed: found !== undefined && isManaged(found),
      labels: found?.metadata.labels ?? {},
    },
    objects: [...(found ? [found] : []), ...lists.flat()],
  };
}
