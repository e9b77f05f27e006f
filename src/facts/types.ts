import type { KubeObject } from '../base/kube-types.ts';

/** What is known of the cluster before anything is planned. Plain data, read once. */
export interface ClusterFacts {
  /** As the server says it: `v1.34.4+k3s1`. */
  readonly version: string;
  /** Name of a row of assets/distributions.yaml, or `other`. */
  readonly distribution: string;
  readonly nodes: readonly NodeFacts[];
}

export interface NodeFacts {
  readonly name: string;
  /** Its `kubernetes.io/hostname` label, to which local volumes are bound; not always the name. */
  readonly hostname: string;
  /** As Go writes it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly ready: boolean;
  /** Cordoned. */
  readonly unschedulable: boolean;
  readonly roles: readonly string[];
  readonly internalAddress?: string;
  readonly taints: readonly Taint[];
  /** Quantities as Kubernetes writes them, by resource: `{ cpu: '4', memory: '1939772Ki' }`. */
  readonly allocatable: Readonly<Record<string, string>>;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface StorageFacts {
  readonly classes: readonly StorageClassFacts[];
  /** The volumes that this program made, for whichever namespace. */
  readonly volumes: readonly VolumeFacts[];
  /** Every claim of the namespace. */
  readonly claims: readonly ClaimFacts[];
}

export interface StorageClassFacts {
  readonly name: string;
  readonly isDefault: boolean;
  readonly provisioner: string;
  readonly bindingMode: 'Immediate' | 'WaitForFirstConsumer';
  readonly reclaimPolicy: string;
}

export interface VolumeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `Available`, `Bound`, `Released` (its claim is gone, its data are not) or `Failed`. */
  readonly phase: string;
  readonly capacity: string;
  readonly reclaimPolicy: string;
  /** The directory on the node, of a local volume. */
  readonly localPath?: string;
  /** Of the node that it is on, if it is bound to one. */
  readonly hostname?: string;
  readonly claim?: { readonly namespace: string; readonly name: string };
}

export interface ClaimFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: string;
  readonly className?: string;
  readonly volumeName?: string;
  readonly size: string;
}

export interface InstalledFacts {
  readonly namespace: NamespaceFacts;
  /** Every live object of the kinds that an installation has, whoever made it; the namespace and the inventory too. */
  readonly objects: readonly KubeObject[];
}

export interface NamespaceFacts {
  readonly name: string;
  readonly exists: boolean;
  /** On its way out; nothing can be made in it. */
  readonly terminating: boolean;
  /** Made by this program. */
  readonly managed: boolean;
  readonly labels: Readonly<Record<string, string>>;
}
