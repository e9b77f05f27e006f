import type { ClusterFacts } from '../facts/types.ts';
import type { ServiceAddress } from '../verify/types.ts';

/** What `status` shows, as plain data. What couldn't be read is absent, and `unknown` says why. */
export interface StatusReport {
  readonly namespace: string;
  readonly isInstalled: boolean;
  /** As the installation recorded it. */
  readonly release?: { readonly name: string; readonly version: string; readonly database: string };
  /** What the last verification came to that was recorded, and how long ago. */
  readonly verified?: { readonly verdict: 'passed' | 'failed'; readonly ageMs: number };
  readonly cluster?: Pick<ClusterFacts, 'version' | 'distribution'> & {
    readonly nodes: readonly { readonly name: string; readonly isReady: boolean }[];
  };
  readonly services: readonly ServiceStatus[];
  readonly storage: readonly ClaimStatus[];
  readonly unknown: readonly { readonly what: string; readonly reason: string }[];
}

export type ServiceState =
  | 'ready'
  | 'waiting' // for what it needs
  | 'starting' // or in trouble: see its reason
  | 'pulling' // its image is on the way
  | 'stopped' // scaled to 0
  | 'missing' // it was installed, and its Deployment is gone
  | 'unknown'; // what would tell couldn't be read

export interface ServiceStatus {
  readonly name: string;
  readonly state: ServiceState;
  /** Why it isn't ready, or what it doesn't answer, in one line. */
  readonly reason?: string;
  /** As it answers itself; absent when it doesn't, or when it isn't made to. */
  readonly version?: string;
  readonly image?: string;
  readonly restarts?: number;
  /** Of its pod, by the API server's clock. */
  readonly ageMs?: number;
  readonly node?: string;
  readonly addresses: readonly ServiceAddress[];
}

export interface ClaimStatus {
  readonly claim: string;
  /** As Kubernetes writes it: `128Mi`. */
  readonly size: string;
  /** `Bound`, `Pending`, `Lost`; or of a volume without its claim `Released` or `Available`. */
  readonly phase: string;
  readonly volume?: string;
  /** `/var/lib/edgex/x on node-1`, `nfs://server/path`, `class local-path`. */
  readonly place?: string;
  /** What becomes of the data when the claim goes: `Retain`, `Delete`. */
  readonly reclaimPolicy?: string;
}
