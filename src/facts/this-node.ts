import { isNodeOf, type MachineIds } from '../plan/node-identity.ts';
import type { SystemFiles } from './system-files.ts';
import type { NodeFacts } from './types.ts';

/** By what this machine is known; undefined where it doesn't tell. */
export function readMachineIds(system: SystemFiles): MachineIds | undefined {
  const bootId = system.read('/proc/sys/kernel/random/boot_id');
  if (!bootId) return undefined;
  const machineId = system.read('/etc/machine-id');
  return {
    bootId,
    ...(machineId ? { machineId } : {}),
    addresses: system.addresses(),
    hostname: system.hostname().toLowerCase(),
  };
}

/** The node that this machine is, if it is one of the cluster's: see {@link isNodeOf}. */
export function findThisNode(nodes: readonly NodeFacts[], system: SystemFiles): NodeFacts | undefined {
  const machine = readMachineIds(system);
  return machine && nodes.find((node) => isNodeOf(machine, node));
}
