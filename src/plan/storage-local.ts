import { formatBytes } from '../base/quantity.ts';
import type { MachineStorage, MountFacts, NodeFacts } from '../facts/types.ts';
import { isPlaceForData, media, mountObstacle } from './storage-media.ts';
import { type StorageNodes, storageNodes } from './storage-nodes.ts';
import { rankOfLocal } from './storage-ranks.ts';
import { type ClusterStorage, claimsOf, neededBytes, type StorageCandidate } from './storage-types.ts';

/** Directories on a node's own disks, as candidates. */

export const defaultRoot = '/var/lib/edgex';
/** Below this part of free space the kubelet evicts pods, by its default. */
const keptFree = 0.1;

/**
 * The default directory, and one on each further disk of this machine where that is the node that was chosen. Of a
 * node elsewhere nothing is known but its name.
 */
export function localCandidates(input: ClusterStorage): readonly StorageCandidate[] {
  const context = localContext(input);
  if (!context) return [];
  const first = localCandidate(defaultRoot, context);
  const own = context.machine && mountOf(defaultRoot, context.machine.mounts);
  const seen = new Set([own?.device]);
  const others = (context.machine?.mounts ?? [])
    .toSorted((a, b) => freeOf(b) - freeOf(a) || a.path.length - b.path.length)
    .filter((mount) => isPlaceForData(mount) && !seen.has(mount.device) && seen.add(mount.device))
    .map((mount) => {
      const candidate = localCandidate(`${mount.path === '/' ? '' : mount.path}/edgex`, context);
      return own
        ? { ...candidate, reason: `${candidate.reason}, better than the ${nameOf(own)} below ${defaultRoot}` }
        : candidate;
    });
  return [first, ...others];
}

/** A directory that was asked for by its path. Undefined in a cluster without nodes. */
export function localCandidateAt(root: string, input: ClusterStorage): StorageCandidate | undefined {
  const context = localContext(input);
  return context && localCandidate(root, context);
}

interface LocalContext extends StorageNodes {
  readonly node: NodeFacts;
  readonly architecture: string;
  /** This machine, where it is the node. */
  readonly machine: MachineStorage | undefined;
  readonly neededBytes: number;
}

function localContext(input: ClusterStorage): LocalContext | undefined {
  const { machine } = input.facts.storage;
  const sorted = storageNodes(input);
  const [node] = sorted.nodes;
  if (!node) return undefined;
  return {
    ...sorted,
    node,
    architecture: input.architecture,
    machine: machine?.hostname === node.hostname ? machine : undefined,
    neededBytes: neededBytes(claimsOf(input)),
  };
}

function localCandidate(root: string, context: LocalContext): StorageCandidate {
  const { node, machine } = context;
  const mount = machine && mountOf(root, machine.mounts);
  const grade = mount ? media[mount.medium].grade : 'good';
  const isDefaultRoot = root === defaultRoot;
  const isAlone = context.nodes.length === 1;
  const obstacle = mount && (mountObstacle(mount) ?? roomObstacle(mount, context.neededBytes));
  // A disk that isn't there after the next start would take the services with it.
  const isAutomatic = isDefaultRoot || mount?.isLasting !== false;
  return {
    place: { kind: 'local', root, hostname: node.hostname },
    what: mount ? `${nameOf(mount)}, ${mount.type}, on ${node.name}` : `directories on ${node.name}`,
    ...(mount?.space ? { space: mount.space } : {}),
    advantages: [isAlone ? onlyNode(context) : `${node.name} has the most room of the nodes that can run the services`],
    drawbacks: [...(isAlone ? [] : [`ties the data to ${node.name}`]), ...(mount ? drawbacksOf(mount, context) : [])],
    ...(obstacle === undefined ? {} : { obstacle: `${mount?.path}: ${obstacle}` }),
    ...(isAutomatic ? { rank: rankOfLocal({ isAlone, isDefaultRoot, grade }) } : {}),
    reason: reasonOf(context, mount),
    warnings: [...(isAlone ? [] : [tiedWarning(node)]), ...(mount && grade === 'poor' ? [wearWarning(mount)] : [])],
  };
}

function drawbacksOf({ path, medium, isLasting, space }: MountFacts, { neededBytes }: LocalContext): readonly string[] {
  const { drawback } = media[medium];
  return [
    ...(drawback === undefined ? [] : [drawback]),
    ...(isLasting ? [] : [`${path} is not in /etc/fstab, so it may be missing after a restart`]),
    ...(space && isTight(space, neededBytes)
      ? ['with the claims full there would be so little room that the kubelet evicts pods']
      : []),
  ];
}

function reasonOf(context: LocalContext, mount: MountFacts | undefined): string {
  const { node, nodes } = context;
  const where = nodes.length === 1 ? onlyNode(context) : `${node.name} has the most room of ${nodes.length} nodes`;
  if (!mount) return where;
  return `${where}; ${nameOf(mount)}${mount.space ? ` with ${formatBytes(mount.space.freeBytes)} free` : ''}`;
}

function onlyNode({ node, others, architecture }: LocalContext): string {
  if (others === 0) return `${node.name} is the only node`;
  return `${node.name} is the only node that can run the services, for ${architecture}`;
}

function nameOf({ medium }: MountFacts): string {
  return media[medium].title;
}

function tiedWarning({ name }: NodeFacts): string {
  return `the data will be on node ${name} alone: the services that keep data run there and nowhere else, and wait while it is down`;
}

function wearWarning({ path, medium }: MountFacts): string {
  return `the data will be on ${path}: ${media[medium].drawback}`;
}

function roomObstacle({ space }: MountFacts, neededBytes: number): string | undefined {
  if (!space || space.freeBytes >= neededBytes) return undefined;
  return `${formatBytes(space.freeBytes)} are free, the claims need ${formatBytes(neededBytes)}`;
}

function isTight({ sizeBytes, freeBytes }: NonNullable<MountFacts['space']>, neededBytes: number): boolean {
  return freeBytes >= neededBytes && freeBytes - neededBytes < keptFree * sizeBytes;
}

function freeOf({ space }: MountFacts): number {
  return space?.freeBytes ?? 0;
}

/** The mounted file system that a path lies on. */
function mountOf(path: string, mounts: readonly MountFacts[]): MountFacts | undefined {
  const above = mounts.filter(
    (mount) => mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`),
  );
  return above.toSorted((a, b) => b.path.length - a.path.length)[0];
}
