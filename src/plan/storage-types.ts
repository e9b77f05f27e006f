import type { ClusterFacts, Space, StorageFacts } from '../facts/types.ts';
import type { Architecture, ClaimRow, ServiceRow } from './release.ts';
import type { StoragePlace } from './types.ts';

/** What the choice of a storage goes by. */
export interface StorageInput {
  /** As `--storage` takes it. */
  readonly wish: string;
  readonly namespace: string;
  /** Of the services that are to be installed. */
  readonly claims: readonly Pick<ClaimRow, 'name' | 'size'>[];
  /** Of the services' images: data that one node has are of no use to pods that can't run there. */
  readonly architecture: Architecture;
  /** Absent where no cluster was asked, as for `render`. */
  readonly facts?: {
    readonly cluster: ClusterFacts;
    readonly storage: StorageFacts;
  };
}

export type ClusterStorage = StorageInput & { readonly facts: NonNullable<StorageInput['facts']> };

/** Something that a new installation's data could be put on. */
export interface StorageCandidate {
  readonly place: StoragePlace;
  /** In a few words. */
  readonly what: string;
  readonly space?: Space;
  readonly advantages: readonly string[];
  readonly drawbacks: readonly string[];
  /** Why it can't be taken at all. */
  readonly obstacle?: string;
  /** Of those that `auto` may take, the lowest is first. Without one it has to be asked for. */
  readonly rank?: number;
  /** Why `auto` takes it, if it does. */
  readonly reason: string;
  readonly warnings: readonly string[];
}

/** The claims of these services. */
export function claimsOf(services: Iterable<ServiceRow>): readonly ClaimRow[] {
  return [...services].flatMap(({ claims }) => claims);
}
