import type { MountFacts, StorageClassFacts } from '../facts/types.ts';
import { type ExistingMatch, matchExisting } from './storage-existing.ts';
import { localCandidates } from './storage-local.ts';
import { storageNodes } from './storage-nodes.ts';
import type { ClusterStorage, StorageCandidate } from './storage-types.ts';

/**
 * Everything that a new installation's data could be put on, the best first.
 *
 * On one node, or one that alone can run the services: a directory on its disk, below the default path unless another
 * disk is clearly better. Then, and on several nodes first of all: a class whose volumes every node reaches, the default
 * one before others; an NFS export that is mounted here. On several nodes then: the default class where nobody knows
 * what it is, and a directory on the node with most room. An SD card or USB stick comes after all of these. Classes of
 * one node's disk and volumes that somebody made are taken only when they are asked for.
 */
const ranks = { network: 30, export: 40, unknownDefault: 45, unknownDefaultOfOne: 70 } as const;

/** The candidates of a cluster, in the order in which `auto` takes them. */
export function storageCandidates(input: ClusterStorage): readonly StorageCandidate[] {
  const candidates = [
    ...localCandidates(input),
    ...input.facts.storage.classes.map((each) => classCandidate(each, input)),
    ...exportCandidates(input),
    ...existingCandidates(input),
  ];
  return candidates.toSorted(byRank);
}

/** Those that have to be asked for last. */
export function byRank(a: StorageCandidate, b: StorageCandidate): number {
  return (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER);
}

const scopes = {
  node: "on one node's disk",
  network: 'reached from every node',
  unknown: 'of an unknown kind',
} as const;

/** A class of the cluster. */
export function classCandidate(storageClass: StorageClassFacts, input: ClusterStorage): StorageCandidate {
  const { name, isDefault, provisioner, scope, quirk, reclaimPolicy } = storageClass;
  const isAlone = storageNodes(input.facts.cluster, input.architecture).nodes.length === 1;
  const isTied = scope === 'node' && !isAlone;
  const rank = rankOfClass(storageClass, isAlone);
  return {
    place: { kind: 'class', className: name },
    what: `${provisioner}, ${scopes[scope]}`,
    advantages: [
      ...(isDefault ? ["the cluster's default"] : []),
      ...(scope === 'network' ? ['a pod finds its data on any node'] : []),
    ],
    drawbacks: [
      ...(isTied ? ['ties the data to the node where a service first starts'] : []),
      ...(scope === 'unknown' ? ['whether other nodes reach the data is unknown'] : []),
      ...(reclaimPolicy === 'Delete'
        ? ['its volumes are deleted with their claims unless they are set to Retain']
        : []),
      ...(quirk === undefined ? [] : [sentence(quirk)]),
    ],
    ...(rank === undefined ? {} : { rank }),
    reason:
      scope === 'network'
        ? `${isDefault ? "the cluster's default class, and " : ''}every node reaches its volumes`
        : "the cluster's default class",
    warnings: isTied
      ? [`each volume of class ${name} stays on the node where its service first starts, and the service with it`]
      : [],
  };
}

function rankOfClass({ scope, isDefault }: StorageClassFacts, isAlone: boolean): number | undefined {
  if (scope === 'network') return ranks.network + Number(!isDefault);
  if (scope === 'node' || !isDefault) return undefined;
  return isAlone ? ranks.unknownDefaultOfOne : ranks.unknownDefault;
}

/** A quirk as a part of a list. */
function sentence(text: string): string {
  return text.replace(/\.$/, '');
}

/** The NFS exports that this machine has mounted, each once. */
function exportCandidates({ facts }: ClusterStorage): readonly StorageCandidate[] {
  const mounts = (facts.storage.machine?.mounts ?? []).filter(({ nfs }) => nfs !== undefined);
  const byExport = Map.groupBy(mounts, ({ nfs }) => `${nfs?.server}:${nfs?.path}`);
  return [...byExport.values()].flatMap(([mount]) => (mount ? exportCandidate(mount) : []));
}

function exportCandidate({ nfs, path, isReadOnly }: MountFacts): readonly StorageCandidate[] {
  if (!nfs) return [];
  return [
    {
      place: { kind: 'nfs', ...nfs },
      what: `NFS, mounted at ${path}`,
      advantages: ['a pod finds its data on any node'],
      drawbacks: ['the services stand still while its server is down'],
      ...(isReadOnly ? { obstacle: `${path} is mounted read-only` } : {}),
      rank: ranks.export,
      reason: `${nfs.server}:${nfs.path} is mounted here at ${path}`,
      warnings: [],
    },
  ];
}

/** Which volume that is there would take which claim. */
export function matchOf({ facts, architecture, claims, namespace }: ClusterStorage): ExistingMatch {
  const { nodes } = storageNodes(facts.cluster, architecture);
  const hostnames = nodes.map(({ hostname }) => hostname);
  return matchExisting({ claims, volumes: facts.storage.volumes, namespace, hostnames });
}

/** The volumes that are there, as one candidate; none where there is not a single one to take. */
function existingCandidates(input: ClusterStorage): readonly StorageCandidate[] {
  const { volumes, without } = matchOf(input);
  const names = Object.values(volumes).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    {
      place: { kind: 'existing', volumes },
      what: `volumes ${names.join(', ')}`,
      advantages: ['they are there, and nobody uses them'],
      drawbacks: ['what they are made of is not looked at'],
      ...(without.length > 0 ? { obstacle: `no volume fits ${without.map(({ name }) => name).join(', ')}` } : {}),
      reason: 'asked for',
      warnings: [],
    },
  ];
}
