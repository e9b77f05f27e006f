import { checkReadAccess } from '../apply/access.ts';
import { readCluster } from '../facts/cluster.ts';
import { readInstalled } from '../facts/installed.ts';
import { withMachine } from '../facts/machine-storage.ts';
import { readStorage } from '../facts/storage.ts';
import type { ClusterFacts, InstalledFacts, StorageFacts } from '../facts/types.ts';
import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';

export interface Facts {
  readonly cluster: ClusterFacts;
  readonly storage: StorageFacts;
  readonly installed: InstalledFacts;
}

/**
 * Everything that a plan goes by.
 * @throws BootError `cluster` when the cluster doesn't answer or denies, then with all rights that are missing.
 */
export async function readFacts(kube: KubeClient, namespace: string): Promise<Facts> {
  try {
    const [cluster, offered, installed] = await Promise.all([
      readCluster(kube),
      readStorage(kube, namespace),
      readInstalled(kube, namespace),
    ]);
    return { cluster, storage: withMachine(offered, cluster), installed };
  } catch (error) {
    // Where one right is missing there may be more: all are told at once.
    if (hasStatus(error, 403)) await checkReadAccess(namespace, kube);
    throw error;
  }
}
