import { readMounts } from './mounts.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';
import { findThisNode } from './this-node.ts';
import type { ClusterFacts, StorageFacts } from './types.ts';

/** Adds what this machine offers, if it is one of the cluster's nodes. */
export function withMachine(
  storage: StorageFacts,
  { nodes }: Pick<ClusterFacts, 'nodes'>,
  system: SystemFiles = systemFiles,
): StorageFacts {
  const node = findThisNode(nodes, system);
  return node ? { ...storage, machine: { hostname: node.hostname, mounts: readMounts(system) } } : storage;
}
