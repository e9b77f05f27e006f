import type { KubeObject } from '../base/kube-types.ts';
import { parseQuantity } from '../base/quantity.ts';
import type { StorageFacts, VolumeFacts } from '../facts/types.ts';
import { keptVolume } from './kept-volumes.ts';
import { claimLabel, commonLabels, managedByLabel, managedByValue, namespaceLabel, preparedLabel } from './labels.ts';
import type { ClaimRow, Release, ServiceRow } from './release.ts';
import type { Directory, StorageChoice } from './types.ts';

/** The objects and directories that a choice of storage comes to. */

const directoryMode = '0770';

export interface VolumeContext {
  readonly release: Release;
  readonly namespace: string;
  readonly choice: StorageChoice;
  /** Absent where no cluster was asked. */
  readonly storage?: StorageFacts;
}

interface OwnedClaim {
  readonly claim: ClaimRow;
  readonly row: ServiceRow;
}

/** The volumes and claims of the services, volumes first: a claim that is seen before its volume binds late. */
export function renderVolumes(services: Iterable<ServiceRow>, context: VolumeContext): readonly KubeObject[] {
  const claims = ownedClaims(services).map(({ claim }) => claim);
  return [
    ...claims.flatMap((claim) => renderVolume(claim, context)),
    ...claims.map((claim) => renderClaim(claim, context)),
  ];
}

/** The directories that local and NFS volumes lead to, with the owner that the service's process has. */
export function directoriesOf(services: Iterable<ServiceRow>, context: VolumeContext): readonly Directory[] {
  const { choice, namespace, storage } = context;
  if (choice.kind !== 'local' && choice.kind !== 'nfs') return [];
  const kept = new Set(storage?.volumes.filter(isPrepared).map(({ name }) => name));
  return ownedClaims(services).map(({ claim, row: { security } }) => ({
    claim: claim.name,
    path: below(rootOf(choice), `${namespace}/${claim.name}`),
    sizeBytes: parseQuantity(claim.size) ?? 0,
    uid: security.uid ?? 0,
    gid: security.gid ?? 0,
    mode: directoryMode,
    capabilities: security.capabilities,
    isKept: kept.has(volumeName(namespace, claim.name)),
  }));
}

/** True for a volume of ours whose directory was made. */
export function isPrepared({ labels }: Pick<VolumeFacts, 'labels'>): boolean {
  return labels[managedByLabel] === managedByValue && labels[preparedLabel] !== undefined;
}

function ownedClaims(services: Iterable<ServiceRow>): readonly OwnedClaim[] {
  return [...services].flatMap((row) => row.claims.map((claim) => ({ claim, row })));
}

function renderVolume(claim: ClaimRow, { release, namespace, choice }: VolumeContext): readonly KubeObject[] {
  if (choice.kind !== 'local' && choice.kind !== 'nfs') return [];
  const labels = { ...commonLabels(release), [claimLabel]: claim.name, [namespaceLabel]: namespace };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName(namespace, claim.name), labels },
      spec: {
        capacity: { storage: claim.size },
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim.name },
        ...sourceOf(choice, `${namespace}/${claim.name}`),
      },
    },
  ];
}

type OwnPlace = StorageChoice & { readonly kind: 'local' | 'nfs' };

/** @param directory below the root of all volumes */
function sourceOf(choice: OwnPlace, directory: string): object {
  const path = below(rootOf(choice), directory);
  // No mount options: hard is the default and alone loses no write, and server and node agree on the newest version.
  if (choice.kind === 'nfs') return { nfs: { server: choice.server, path } };
  return {
    // Not hostPath: that ignores fsGroup.
    local: { path },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [choice.hostname] }] },
        ],
      },
    },
  };
}

function rootOf(choice: OwnPlace): string {
  return choice.kind === 'nfs' ? choice.path : choice.root;
}

function below(root: string, directory: string): string {
  return root.endsWith('/') ? `${root}${directory}` : `${root}/${directory}`;
}

/** How a claim finds its volume. */
function bindingOf(claim: ClaimRow, { namespace, choice, storage }: VolumeContext): object {
  switch (choice.kind) {
    case 'local':
    case 'nfs':
      return { storageClassName: '', volumeName: volumeName(namespace, claim.name) };
    case 'class': {
      const kept = storage && keptVolume(claim.name, namespace, storage);
      if (kept) return { storageClassName: kept.className, volumeName: kept.name };
      return choice.className === undefined ? {} : { storageClassName: choice.className };
    }
    case 'existing': {
      const volume = choice.volumes[claim.name];
      return volume === undefined ? {} : { storageClassName: volume.className, volumeName: volume.name };
    }
  }
}

function renderClaim(claim: ClaimRow, context: VolumeContext): KubeObject {
  const { release, namespace } = context;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim.name, namespace, labels: { ...commonLabels(release), [claimLabel]: claim.name } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: claim.size } },
      ...bindingOf(claim, context),
    },
  };
}

/** Volumes have no namespace of their own, so their names carry it. */
export function volumeName(namespace: string, claim: string): string {
  return `edgex-${namespace}-${claim}`;
}
