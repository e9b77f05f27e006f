import { readMounts } from './mounts.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';
import { findThisNode } from './this-node.ts';
import type { MountFacts, NodeFacts } from './types.ts';

/** What a machine that is a node tells of itself, as far as containers depend on it. */
export interface MachineHealth {
  /** Of the node; of the machine where no node could be asked for. */
  readonly name: string;
  /** As Go writes it: `amd64`, `arm64`, `arm`. */
  readonly architecture: string;
  /** Its own date, in milliseconds since 1970. */
  readonly dateMs: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  /** Whether control groups limit memory; absent where the kernel doesn't say. */
  readonly limitsMemory?: boolean;
  readonly mounts: readonly MountFacts[];
  /** TCP ports on which something listens in the machine's own network. */
  readonly ports: readonly number[];
}

/** Node's names that are others than Go's. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/**
 * Looks at this machine; undefined where it is no node of the cluster.
 * @param architecture as Node names it
 */
export function readMachineHealth(
  nodes: readonly NodeFacts[],
  architecture: string,
  system: SystemFiles = systemFiles,
): MachineHealth | undefined {
  const node = findThisNode(nodes, system);
  return node && healthOf(node.name, architecture, system);
}

/**
 * The same where the cluster doesn't answer, and nobody knows its nodes: one whose API server has an address of this
 * machine was to run here. What keeps it from coming up may well be the machine's fault.
 * @param server the API server's URL
 */
export function readLoneMachineHealth(
  server: string,
  architecture: string,
  system: SystemFiles = systemFiles,
): MachineHealth | undefined {
  const host = URL.parse(server)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isHere = host === 'localhost' || host === '::1' || host.startsWith('127.') || system.addresses().includes(host);
  return isHere ? healthOf(system.hostname(), architecture, system) : undefined;
}

function healthOf(name: string, architecture: string, system: SystemFiles): MachineHealth {
  const memory = system.read('/proc/meminfo') ?? '';
  const limitsMemory = readLimitsMemory(system);
  return {
    name,
    architecture: goArchitecture(architecture),
    dateMs: Date.now(),
    memoryBytes: readAmount(memory, 'MemTotal'),
    swapBytes: readAmount(memory, 'SwapTotal'),
    ...(limitsMemory === undefined ? {} : { limitsMemory }),
    mounts: readMounts(system),
    ports: ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => listeningPorts(system.read(path) ?? '')),
  };
}

/** An architecture as Go writes it: `amd64`, `arm64`, `arm`. */
export function goArchitecture(architecture: string): string {
  return architectures[architecture] ?? architecture;
}

/** `/proc/meminfo` writes kB and means KiB. */
function readAmount(text: string, name: string): number {
  const amount = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1];
  return amount === undefined ? 0 : Number(amount) * 1024;
}

/**
 * Version 2 lists its controllers; version 1 has a table, in which the firmware of a Raspberry Pi leaves memory off.
 */
function readLimitsMemory(system: SystemFiles): boolean | undefined {
  const controllers = system.read('/sys/fs/cgroup/cgroup.controllers');
  if (controllers !== undefined) return controllers.split(/\s+/).includes('memory');
  const row = /^memory\s+\d+\s+\d+\s+(\d)/m.exec(system.read('/proc/cgroups') ?? '');
  return row ? row[1] === '1' : undefined;
}

/** State 0A is LISTEN; the port is in hexadecimal behind the local address. */
function listeningPorts(table: string): readonly number[] {
  const rows = table.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm);
  return [...rows].map(([, port = '']) => Number.parseInt(port, 16));
}
