import { parseQuantity } from '../base/quantity.ts';
import type { NodeFacts } from '../facts/types.ts';
import type { ClusterStorage, StorageService } from './storage-types.ts';
import { isBorne } from './taints.ts';

/** Of the cluster's nodes, those on whose disks the data may lie. */

export interface StorageNodes {
  /** Where the services that keep data can run, the best place for local volumes first. Empty only without any node. */
  readonly nodes: readonly NodeFacts[];
  /** Nodes of the cluster where they can't, now and later. */
  readonly others: number;
}

/**
 * Sorts out the nodes by architecture, by the services' node selectors, and by taints that people set, as on a control
 * plane. Then those that can take a pod at this moment go first, then those with more room, then the one that the
 * program runs on, then by name.
 */
export function storageNodes({ facts, architecture, services }: ClusterStorage): StorageNodes {
  const { nodes: all } = facts.cluster;
  const here = facts.storage.machine?.hostname;
  const keeping = services.filter(({ claims }) => claims.length > 0);
  const fits = (node: NodeFacts): boolean =>
    node.architecture === architecture && keeping.every((service) => isWanted(node, service));
  const isOpen = ({ ready, unschedulable, taints }: NodeFacts): boolean =>
    ready && !unschedulable && taints.every((taint) => keeping.every((service) => isBorne(taint, service)));
  const fitting = all.filter(fits);
  const nodes = fitting.length > 0 ? fitting : all;
  const before = (a: NodeFacts, b: NodeFacts): number =>
    Number(isOpen(b)) - Number(isOpen(a)) ||
    roomOf(b) - roomOf(a) ||
    Number(b.hostname === here) - Number(a.hostname === here) ||
    (a.name < b.name ? -1 : 1);
  return { nodes: nodes.toSorted(before), others: all.length - nodes.length };
}

/** True when a service may run on a node, now or once that has recovered: Kubernetes' own taints come and go. */
function isWanted({ labels, taints }: NodeFacts, service: StorageService): boolean {
  return (
    Object.entries(service.nodeSelector).every(([label, value]) => labels[label] === value) &&
    taints.every((taint) => taint.key.startsWith('node.kubernetes.io/') || isBorne(taint, service))
  );
}

function roomOf({ allocatable }: NodeFacts): number {
  return parseQuantity(allocatable['ephemeral-storage'] ?? '') ?? 0;
}
