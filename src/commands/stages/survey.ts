import { requireRights } from '../../apply/access.ts';
import { listWorkloads } from '../../apply/end-workloads.ts';
import { leaseRef } from '../../apply/lease.ts';
import { surveyRights } from '../../apply/uninstall-rights.ts';
import { readCluster } from '../../facts/cluster.ts';
import { readInstalled } from '../../facts/installed.ts';
import { readStorage } from '../../facts/storage.ts';
import { hasStatus } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/types.ts';
import { type Erasures, planErasures } from '../../plan/erasures.ts';
import { isManaged } from '../../plan/ownership.ts';
import type { Release } from '../../plan/release.ts';
import { findStoredData } from '../../plan/stored-data.ts';
import { findLeftovers, type Removal, requireUnused } from '../../plan/uninstall.ts';

export interface Survey extends Removal {
  readonly erasures: Erasures;
}

export interface Scope {
  readonly release: Release;
  readonly namespace: string;
  /** The data are to go as well. */
  readonly isPurge: boolean;
}

/**
 * Looks for all that an uninstallation is about. Only reads.
 * @throws BootError `cluster` when it doesn't answer, or with every right that is missing for it; `preflight` when data
 *   that are to be deleted are in use by others, or out of reach
 */
export async function survey(kube: KubeClient, { release, namespace, isPurge }: Scope): Promise<Survey> {
  try {
    const [installed, workloads, lease, storage, cluster, pods] = await Promise.all([
      readInstalled(kube, namespace),
      listWorkloads(kube, namespace),
      kube.get(leaseRef(namespace)),
      readStorage(kube, namespace),
      isPurge ? readCluster(kube) : undefined,
      isPurge ? kube.list('v1', 'Pod', { namespace }) : [],
    ]);
    const data = findStoredData(namespace, storage);
    requireUnused(data, pods);
    return {
      namespace: installed.namespace,
      workloads,
      leftovers: findLeftovers(installed),
      ...(lease && isManaged(lease) ? { lock: leaseRef(namespace) } : {}),
      data,
      isPurge,
      erasures: cluster ? planErasures({ release, namespace, data, cluster }) : { byPod: [], lost: [] },
    };
  } catch (error) {
    // Where one right is missing there may be more: all are told at once.
    if (hasStatus(error, 403)) {
      await requireRights(surveyRights(namespace, isPurge), { name: namespace, exists: true }, kube);
    }
    throw error;
  }
}
