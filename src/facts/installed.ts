import type { KubeObject } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import { installationKinds } from '../plan/kinds.ts';
import { isManaged } from '../plan/ownership.ts';
import type { InstalledFacts } from './types.ts';

/**
 * Asks the cluster what is there already. Foreign objects come along: one that has a name of ours must be seen.
 * @throws BootError `cluster` when it doesn't answer or denies.
 */
export async function readInstalled(kube: KubeClient, namespace: string): Promise<InstalledFacts> {
  const [found, ...lists] = await Promise.all([
    kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
    ...installationKinds.map(({ apiVersion, kind, namespaced }) =>
      kube.list(apiVersion, kind, namespaced ? { namespace } : {}),
    ),
  ]);
  return factsOf(namespace, [...(found ? [found] : []), ...lists.flat()]);
}

/** The facts about a namespace that follow from its objects, the namespace itself among them where it exists. */
export function factsOf(namespace: string, objects: readonly KubeObject[]): InstalledFacts {
  const found = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  return {
    namespace: {
      name: namespace,
      exists: found !== undefined,
      terminating: found?.metadata.deletionTimestamp !== undefined,
      managed: found !== undefined && isManaged(found),
      labels: found?.metadata.labels ?? {},
    },
    objects,
  };
}
