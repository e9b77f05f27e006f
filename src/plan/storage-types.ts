import { parseQuantity } from '../base/quantity.ts';
import type { ClusterFacts, Space, StorageFacts } from '../facts/types.ts';
import type { Architecture, ClaimRow, ServiceRow } from './release.ts';
import type { StoragePlace } from './types.ts';

/** What the choice of a storage goes by. */
export interface StorageInput {
  /** As `--storage` takes it. */
  readonly wish: string;
  readonly namespace: string;
  /** Those that are to be installed. */
  readonly services: readonly StorageService[];
  /** Of the services' images: a node of another one is no place for their data. */
  readonly architecture: Architecture;
  /** Absent where no cluster was asked, as for `render`. */
  readonly facts?: {
    readonly cluster: ClusterFacts;
    readonly storage: StorageFacts;
  };
}

export type ClusterStorage = StorageInput & { readonly facts: NonNullable<StorageInput['facts']> };

/** What of a service matters here: what it stores, and on which nodes it runs. */
export interface StorageService extends Pick<ServiceRow, 'nodeSelector' | 'tolerations'> {
  readonly claims: readonly WantedClaim[];
}

export type WantedClaim = Pick<ClaimRow, 'name' | 'size'>;

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

/** The claims of all services. */
export function claimsOf({ services }: Pick<StorageInput, 'services'>): readonly WantedClaim[] {
  return services.flatMap(({ claims }) => claims);
}

/** The room that these claims ask for together. */
export function neededBytes(claims: readonly WantedClaim[]): number {
  return claims.reduce((sum, { size }) => sum + (parseQuantity(size) ?? 0), 0);
}
