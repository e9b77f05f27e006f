import type { StorageClassFacts } from '../facts/types.ts';

/**
 * The order in which `auto` takes what is there, and nothing else decides it:
 *
 * 1. where one node alone can run the services, its own disk: the default directory, then one on another good disk
 * 2. a class whose volumes every node reaches, the default one before others
 * 3. an NFS export that this machine has mounted
 * 4. on several nodes, the default class, where nobody knows its provisioner
 * 5. on several nodes, a disk of the node with most room
 * 6. what wears out under databases: an SD card, a USB stick
 * 7. on one node, the default class, where nobody knows its provisioner
 *
 * Classes of one node's disk, and volumes that somebody made, have no place in it: they have to be asked for.
 */
const places = {
  ownDisk: 1,
  networkClass: 2,
  export: 3,
  unknownClass: 4,
  nodeDisk: 5,
  poor: 6,
  lastResort: 7,
} as const;
/** Of the places' numbers, for the order within each. */
const step = 10;

export interface LocalRank {
  readonly isAlone: boolean;
  readonly isDefaultRoot: boolean;
  readonly grade: 'good' | 'fair' | 'poor';
}

/** A directory on a node's disk: the default one is good enough unless its disk is poor. */
export function rankOfLocal({ isAlone, isDefaultRoot, grade }: LocalRank): number {
  const place = grade === 'poor' ? places.poor : isAlone ? places.ownDisk : places.nodeDisk;
  return place * step + (isDefaultRoot ? 0 : grade === 'fair' ? 2 : 1);
}

/** A storage class; undefined for one that has to be asked for. */
export function rankOfClass({ scope, isDefault }: StorageClassFacts, isAlone: boolean): number | undefined {
  if (scope === 'network') return places.networkClass * step + Number(!isDefault);
  if (scope === 'node' || !isDefault) return undefined;
  return (isAlone ? places.lastResort : places.unknownClass) * step;
}

/** An NFS export that is mounted. */
export const rankOfExport = places.export * step;

/** Puts candidates into their order, those that have to be asked for last. */
export function byRank(a: { readonly rank?: number }, b: { readonly rank?: number }): number {
  return (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER);
}
