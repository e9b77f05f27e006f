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
  readonly labels: Readonly<Record<string, string>>;
  /** As Go writes it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly ready: boolean;
  /** Cordoned. */
  readonly unschedulable: boolean;
  readonly roles: readonly string[];
  readonly internalAddress?: string;
  /** Of the machine, and of its present run; with them a machine knows that it is this node. */
  readonly machineId?: string;
  readonly bootId?: string;
  readonly taints: readonly Taint[];
  /** Quantities as Kubernetes writes them, by resource: `{ cpu: '4', memory: '1939772Ki' }`. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** The images that it has, in their full names. A kubelet tells of the 50 largest only. */
  readonly images: readonly string[];
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface StorageFacts {
  readonly classes: readonly StorageClassFacts[];
  /** Every volume of the cluster, whoever made it. */
  readonly volumes: readonly VolumeFacts[];
  /** Every claim of the namespace. */
  readonly claims: readonly ClaimFacts[];
  /** What the machine offers on which the program runs. Absent where that is no node of the cluster. */
  readonly machine?: MachineStorage;
}

export interface StorageClassFacts {
  readonly name: string;
  readonly isDefault: boolean;
  readonly provisioner: string;
  readonly bindingMode: 'Immediate' | 'WaitForFirstConsumer';
  readonly reclaimPolicy: string;
  readonly allowsExpansion: boolean;
  readonly scope: StorageScope;
  /** What is to be known about its provisioner, in one line. */
  readonly quirk?: string;
}

/** Whether the data lie on one node's disk, or where other nodes reach them too. */
export type StorageScope = 'node' | 'network' | 'unknown';

export interface VolumeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `Available`, `Bound`, `Released` (its claim is gone, its data are not) or `Failed`. */
  readonly phase: string;
  readonly capacity: string;
  readonly accessModes: readonly string[];
  /** It is a raw device, not a file system. */
  readonly isBlock: boolean;
  /** Empty when it has none. */
  readonly className: string;
  readonly reclaimPolicy: string;
  readonly source: VolumeSource;
  /** Of the nodes that it is bound to; empty where it isn't, or not by their hostname. */
  readonly hostnames: readonly string[];
  /** The provisioner that made it, if one did. */
  readonly provisioner?: string;
  readonly claim?: { readonly namespace: string; readonly name: string; readonly uid?: string };
}

export type VolumeSource =
  | { readonly kind: 'local' | 'hostPath'; readonly path: string }
  | { readonly kind: 'nfs'; readonly server: string; readonly path: string }
  | { readonly kind: 'csi'; readonly driver: string }
  | { readonly kind: 'other' };

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

export interface MachineStorage {
  /** Of the node that this machine is. */
  readonly hostname: string;
  readonly mounts: readonly MountFacts[];
}

/** A mounted file system that may hold data, or hide one that does. */
export interface MountFacts {
  readonly path: string;
  /** As the kernel names it: `ext4`, `tmpfs`, `nfs4`. */
  readonly type: string;
  readonly medium: Medium;
  /** Major and minor number; mounts with the same ones are the same file system. */
  readonly device: string;
  readonly isReadOnly: boolean;
  /** It is mounted again at the machine's next start. */
  readonly isLasting: boolean;
  /** Not known of network file systems: one whose server is gone would never answer. */
  readonly space?: Space;
  /** Of an NFS mount: where it comes from. */
  readonly nfs?: { readonly server: string; readonly path: string };
}

export interface Space {
  readonly sizeBytes: number;
  /** What others than root may still write. */
  readonly freeBytes: number;
}

/** What holds the bytes. `virtual` is a virtual machine's disk: what is below it doesn't show. */
export type Medium =
  | 'nvme'
  | 'ssd'
  | 'virtual'
  | 'disk'
  | 'usb-disk'
  | 'usb-stick'
  | 'emmc'
  | 'sd-card'
  | 'memory'
  | 'network'
  | 'unknown';
