import type { KubeObject } from '../../src/base/kube-types.ts';
import type {
  ClusterFacts,
  InstalledFacts,
  MountFacts,
  NodeFacts,
  StorageClassFacts,
  StorageFacts,
  VolumeFacts,
} from '../../src/facts/types.ts';
import { commonLabels, serviceLabel } from '../../src/plan/labels.ts';
import type { StorageService, WantedClaim } from '../../src/plan/storage-types.ts';
import { fuji } from './fuji.ts';

/** A cluster whose nodes are ready for anything, but for what is said of them. */
export function clusterFacts(...nodes: readonly Partial<NodeFacts>[]): ClusterFacts {
  return {
    version: 'v1.34.4',
    distribution: 'other',
    nodes: nodes.map((node, index) => {
      const name = node.name ?? `node-${index + 1}`;
      return {
        name,
        hostname: name,
        labels: {},
        architecture: 'amd64',
        ready: true,
        unschedulable: false,
        roles: [],
        taints: [],
        allocatable: {},
        images: [],
        ...node,
      };
    }),
  };
}

/** A namespace with these objects, or one that isn't there. */
export function installedFacts(name: string, objects: readonly KubeObject[] = []): InstalledFacts {
  const exists = objects.length > 0;
  return { namespace: { name, exists, terminating: false, managed: exists, labels: {} }, objects };
}

/** A Deployment as an installation of Fuji has it, as far as it tells what is installed. */
export function installedDeployment(name: string): KubeObject {
  const labels = { ...commonLabels(fuji()), [serviceLabel]: name };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels } };
}

export const noStorage: StorageFacts = { classes: [], volumes: [], claims: [] };

/** A storage class that nobody knows, but for what is said of it. */
export function storageClassFacts(given: Partial<StorageClassFacts> = {}): StorageClassFacts {
  return {
    name: 'c',
    isDefault: false,
    provisioner: 'p',
    bindingMode: 'Immediate',
    reclaimPolicy: 'Delete',
    allowsExpansion: false,
    scope: 'unknown',
    ...given,
  };
}

/** A volume that is free for any claim, but for what is said of it. */
export function volumeFacts(given: Partial<VolumeFacts> = {}): VolumeFacts {
  return {
    name: 'v',
    labels: {},
    phase: 'Available',
    capacity: '1Gi',
    accessModes: ['ReadWriteOnce'],
    isBlock: false,
    className: '',
    reclaimPolicy: 'Retain',
    source: { kind: 'other' },
    hostnames: [],
    ...given,
  };
}

/** The root of a machine whose disk lasts and has room, but for what is said of it. */
export function mountFacts(given: Partial<MountFacts> = {}): MountFacts {
  return {
    path: '/',
    type: 'ext4',
    medium: 'ssd',
    device: '8:1',
    isReadOnly: false,
    isLasting: true,
    space: { sizeBytes: 100 * 2 ** 30, freeBytes: 50 * 2 ** 30 },
    ...given,
  };
}

/** A service with these claims that may run anywhere. */
export function storageService(...claims: readonly WantedClaim[]): StorageService {
  return { claims, nodeSelector: {}, tolerations: [] };
}
