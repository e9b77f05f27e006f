import type { KubeObject } from '../base/kube-types.ts';
import type { NodeFacts } from '../facts/types.ts';

/** By what a machine is known to be a node. */

export interface MachineIds {
  /** Of its present run. */
  readonly bootId: string;
  readonly machineId?: string;
  /** Of all network interfaces. */
  readonly addresses: readonly string[];
  /** In small letters, as the names of nodes are. */
  readonly hostname: string;
}

export type NodeIds = Pick<NodeFacts, 'name' | 'hostname' | 'internalAddress' | 'machineId' | 'bootId'>;

/** core/v1 Node, as far as it says which machine it is. */
interface Node extends KubeObject {
  readonly status?: {
    readonly nodeInfo?: { readonly machineID?: string; readonly bootID?: string };
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

/** What a node says of its machine. */
export function nodeIdsOf({ metadata, status }: Node): NodeIds {
  const { machineID, bootID } = status?.nodeInfo ?? {};
  const internalAddress = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return {
    name: metadata.name,
    hostname: metadata.labels?.['kubernetes.io/hostname'] ?? metadata.name,
    ...(internalAddress === undefined ? {} : { internalAddress }),
    ...(machineID ? { machineId: machineID } : {}),
    ...(bootID ? { bootId: bootID } : {}),
  };
}

/**
 * True for the node that a machine is. One sign is not enough: containers, and with them the nodes of kind and k3d, have
 * the boot id of the machine that they run on; cloned machines have the same machine id; names and private addresses
 * are given out twice. So the boot id has to be the same, the machine id too where both are known, and the node's
 * address or name must be this machine's.
 */
export function isNodeOf(machine: MachineIds, node: NodeIds): boolean {
  if (node.bootId !== machine.bootId) return false;
  if (machine.machineId && node.machineId && node.machineId !== machine.machineId) return false;
  return isCalledLike(machine, node);
}

/**
 * True for a node that is most likely this machine, but was last heard of before the machine's present start: until its
 * kubelet reports anew the cluster has it as it was, ready too.
 */
export function isEarlierRunOf(machine: MachineIds, node: NodeIds): boolean {
  const isOtherRun = node.bootId !== undefined && node.bootId !== machine.bootId;
  const isSameMachine = node.machineId !== undefined && node.machineId === machine.machineId;
  return isOtherRun && isSameMachine && isCalledLike(machine, node);
}

function isCalledLike({ addresses, hostname }: MachineIds, node: NodeIds): boolean {
  const hasAddress = node.internalAddress !== undefined && addresses.includes(node.internalAddress);
  return hasAddress || node.name === hostname || node.hostname === hostname;
}
