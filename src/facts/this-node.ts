import type { SystemFiles } from './system-files.ts';
import type { NodeFacts } from './types.ts';

/**
 * The node that this machine is, if it is one of the cluster's. One sign is not enough: containers, and with them the
 * nodes of kind and k3d, have the boot id of the machine that they run on; cloned machines have the same machine id;
 * names and private addresses are given out twice. So the boot id has to be the same, the machine id too where both
 * are known, and the node's address or name must be this machine's.
 */
export function findThisNode(nodes: readonly NodeFacts[], system: SystemFiles): NodeFacts | undefined {
  const bootId = system.read('/proc/sys/kernel/random/boot_id');
  if (!bootId) return undefined;
  const machineId = system.read('/etc/machine-id');
  const addresses = system.addresses();
  const name = system.hostname().toLowerCase();
  return nodes.find((node) => {
    if (node.bootId !== bootId) return false;
    if (machineId && node.machineId && node.machineId !== machineId) return false;
    const hasAddress = node.internalAddress !== undefined && addresses.includes(node.internalAddress);
    return hasAddress || node.name === name || node.hostname === name;
  });
}
