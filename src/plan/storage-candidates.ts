import type { MountFacts, StorageClassFacts } from '../facts/types.ts';
import { type ExistingMatch, matchExisting } from './storage-existing.ts';
import { localCandidates } from './storage-local.ts';
import { storageNodes } from './storage-nodes.ts';
import { byRank, rankOfClass, rankOfExport } from './storage-ranks.ts';
import { type ClusterStorage, claimsOf, type StorageCandidate } from './storage-types.ts';

/** Everything that a new installation's data could be put on, in the order in which `auto` takes it. */
export function storageCandidates(input: ClusterStorage): readonly StorageCandidate[] {
  const candidates = [
    ...localCandidates(input),
    ...input.facts.storage.classes.map((each) => classCandidate(each, input)),
    ...exportCandidates(input),
    ...existingCandidates(input),
  ];
  return candidates.toSorted(byRank);
}

const scopes = {
  node: "on one node's disk",
  network: 'reached from every node',
  unknown: 'of an unknown kind',
} as const;

/** A class of the cluster. */
export function classCandidate(storageClass: StorageClassFacts, input: ClusterStorage): StorageCandidate {
  const { name, isDefault, provisioner, scope, quirk, reclaimPolicy } = storageClass;
  const isAlone = storageNodes(input).nodes.length === 1;
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
      rank: rankOfExport,
      reason: `${nfs.server}:${nfs.path} is mounted here at ${path}`,
      warnings: [],
    },
  ];
}

/** Which volume that is there would take which claim. */
export function matchOf(input: ClusterStorage): ExistingMatch {
  const { facts, namespace } = input;
  const hostnames = storageNodes(input).nodes.map(({ hostname }) => hostname);
  return matchExisting({ claims: claimsOf(input), volumes: facts.storage.volumes, namespace, hostnames });
}

/** The volumes that are there, as one candidate; none where there is not a single one to take. */
function existingCandidates(input: ClusterStorage): readonly StorageCandidate[] {
  const { volumes, without } = matchOf(input);
  const pairs = Object.entries(volumes).map(([claim, { name }]) => `${name} for ${claim}`);
  if (pairs.length === 0) return [];
  return [
    {
      place: { kind: 'existing', volumes },
      what: pairs.join(', '),
      advantages: ['they are there, and nobody else uses them'],
      drawbacks: ['what they are made of is not looked at'],
      ...(without.length > 0 ? { obstacle: `no volume fits ${without.map(({ name }) => name).join(', ')}` } : {}),
      reason: 'asked for',
      warnings: lossWarnings(volumes, input),
    },
  ];
}

/** A volume that somebody else made is his, policy included; so he is told what it means. */
export function lossWarnings(volumes: ExistingMatch['volumes'], { facts }: ClusterStorage): readonly string[] {
  const policies = new Map(facts.storage.volumes.map(({ name, reclaimPolicy }) => [name, reclaimPolicy]));
  return Object.entries(volumes).flatMap(([claim, { name }]) => {
    const policy = policies.get(name) ?? 'Retain';
    if (policy === 'Retain') return [];
    return `persistentvolume/${name} has the policy ${policy}: its data go as soon as the claim ${claim} is deleted`;
  });
}
