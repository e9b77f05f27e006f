import type { BootErrorDetails } from '../base/errors.ts';
import type { StorageCandidate } from '../plan/storage-types.ts';
import type { StorageChoice } from '../plan/types.ts';

/** What a cluster offers to put data on, and what an installation would make of it. */
export interface StorageOverview {
  /** As `--storage` was given. */
  readonly wish: string;
  readonly namespace: string;
  /** Of all claims together. */
  readonly neededBytes: number;
  readonly candidates: readonly NamedCandidate[];
  readonly outcome: StorageOutcome;
}

/** A candidate and the value of `--storage` that asks for it. */
export interface NamedCandidate extends StorageCandidate {
  readonly option: string;
}

export type StorageOutcome =
  | { readonly choice: StorageChoice; readonly option: string }
  | { readonly refusal: BootErrorDetails };
