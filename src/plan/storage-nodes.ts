import { parseQuantity } from '../base/quantity.ts';
import type { ClusterFacts, NodeFacts } from '../facts/types.ts';
import type { Architecture } from './release.ts';

/** Of the cluster's nodes, those on whose disks the data may lie. */

export interface StorageNodes {
  /** Where the services can run, the best place for local volumes first. Empty only in a cluster without nodes. */
  readonly nodes: readonly NodeFacts[];
  /** Nodes of the cluster that the services can't run on, now and later. */
  readonly others: number;
}

/**
 * Sorts out the nodes: by architecture, and by taints that people set, as on a control plane; nothing of the release
 * tolerates one. Then those that can take a pod at this moment go first, then those with more room, then the one that
 * is named, then by name.
 * @param hostname of the node that the program runs on
 */
export function storageNodes(
  { nodes: all }: ClusterFacts,
  architecture: Architecture,
  hostname?: string,
): StorageNodes {
  const alike = all.filter((node) => node.architecture === architecture && !node.taints.some(isLasting));
  const nodes = alike.length > 0 ? alike : all;
  const before = (a: NodeFacts, b: NodeFacts): number =>
    Number(isOpen(b)) - Number(isOpen(a)) ||
    roomOf(b) - roomOf(a) ||
    Number(b.hostname === hostname) - Number(a.hostname === hostname) ||
    (a.name < b.name ? -1 : 1);
  return { nodes: nodes.toSorted(before), others: all.length - nodes.length };
}

interface TaintLike {
  readonly key: string;
  readonly effect: string;
}

const keepsAway = ({ effect }: TaintLike): boolean => effect === 'NoSchedule' || effect === 'NoExecute';

/** Kubernetes' own taints come and go with a node's state. */
function isLasting(taint: TaintLike): boolean {
  return keepsAway(taint) && !taint.key.startsWith('node.kubernetes.io/');
}

function isOpen({ ready, unschedulable, taints }: NodeFacts): boolean {
  return ready && !unschedulable && !taints.some(keepsAway);
}

function roomOf({ allocatable }: NodeFacts): number {
  return parseQuantity(allocatable['ephemeral-storage'] ?? '') ?? 0;
}
