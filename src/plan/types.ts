import type { KubeObject } from '../base/kube-types.ts';
import type { Architecture, Database, Release, ServiceRow } from './release.ts';

/** One service of the release that this plan installs, with everything that depends on the choice resolved. */
export interface PlannedService {
  readonly name: string;
  readonly row: ServiceRow;
  readonly image: string;
  /** What must hold before it starts. */
  readonly gates: readonly Gate[];
}

/**
 * A condition that the application itself answers. The same gate is a line of shell in the pod's init container and
 * a line of text for people.
 */
export type Gate =
  | { readonly kind: 'leader'; readonly service: string; readonly port: number }
  | {
      readonly kind: 'keys';
      readonly service: string;
      readonly port: number;
      readonly owner: string;
      readonly digest: string;
    }
  | { readonly kind: 'tcp'; readonly service: string; readonly port: number }
  | {
      readonly kind: 'word';
      readonly service: string;
      readonly port: number;
      readonly say: string;
      readonly hear: string;
    }
  | { readonly kind: 'http'; readonly service: string; readonly port: number; readonly path: string }
  | {
      readonly kind: 'registered';
      readonly service: string;
      readonly port: number;
      readonly registration: string;
      readonly provider: string;
    };

/** The settings of one service in the registry: full key to value. */
export interface ServiceConfiguration {
  readonly service: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** Where the claims' data live. Made into objects in `plan/volumes.ts`. */
export type StoragePlace =
  | { readonly kind: 'local'; readonly root: string; readonly hostname: string }
  | { readonly kind: 'nfs'; readonly server: string; readonly path: string }
  /** No name means the cluster's default class. */
  | { readonly kind: 'class'; readonly className?: string }
  /** Volumes that are there, by the claim that each is for. */
  | { readonly kind: 'existing'; readonly volumes: Readonly<Record<string, ExistingVolume>> };

/** The place that was chosen in `plan/storage.ts`, and why. */
export type StorageChoice = StoragePlace & {
  readonly reason: string;
  /** What is to be known about this choice before anything is written. */
  readonly warnings?: readonly string[];
};

export interface ExistingVolume {
  readonly name: string;
  /** Of the volume; empty when it has none. */
  readonly className: string;
}

/** What stands ready for a claim before its pod: a directory of its own below the root of all volumes. */
export interface Directory {
  readonly claim: string;
  /** On the node, or on the file server. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: string;
  /** Of the service's own container. With `CHOWN` it begins as root and gives its files away. */
  readonly capabilities: readonly string[];
  /** It was made for a volume that is there: where it is missing, its disk isn't mounted. */
  readonly isKept: boolean;
}

export interface Plan {
  readonly release: Release;
  readonly namespace: string;
  readonly database: Database;
  readonly architecture: Architecture;
  readonly services: readonly PlannedService[];
  readonly configuration: readonly ServiceConfiguration[];
  readonly storage: StorageChoice;
  /** The image whose shell prepares directories and runs the gates. */
  readonly toolsImage: string;
  /** What must exist before the first pod with a claim starts. */
  readonly directories: readonly Directory[];
  /** Every object, in the order in which it is applied. */
  readonly objects: readonly KubeObject[];
}
