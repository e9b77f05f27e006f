import type { KubeObject } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import { findProvisioner, loadProvisioners, type Provisioner } from './provisioners.ts';
import type { ClaimFacts, StorageClassFacts, StorageFacts } from './types.ts';
import { readVolume } from './volumes.ts';

/** storage/v1 StorageClass and core/v1 PersistentVolumeClaim, as far as they are read. */
interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly reclaimPolicy?: string;
  readonly allowVolumeExpansion?: boolean;
}

interface Claim extends KubeObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly phase?: string };
}

/**
 * Asks the cluster what storage it offers and what of it is in use here.
 * @throws BootError `cluster` when it doesn't answer or denies.
 */
export async function readStorage(
  kube: KubeClient,
  namespace: string,
  provisioners: readonly Provisioner[] = loadProvisioners(),
): Promise<StorageFacts> {
  const [classes, volumes, claims] = await Promise.all([
    kube.list('storage.k8s.io/v1', 'StorageClass'),
    kube.list('v1', 'PersistentVolume'),
    kube.list('v1', 'PersistentVolumeClaim', { namespace }),
  ]);
  return {
    classes: (classes as readonly StorageClass[]).map((each) => readClass(each, provisioners)),
    volumes: volumes.map(readVolume),
    claims: claims.map(readClaim),
  };
}

/** The second one is older, and still counts. */
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

function readClass(object: StorageClass, provisioners: readonly Provisioner[]): StorageClassFacts {
  const { metadata, provisioner, volumeBindingMode, reclaimPolicy, allowVolumeExpansion } = object;
  const known = findProvisioner(provisioner, provisioners);
  return {
    name: metadata.name,
    isDefault: defaultAnnotations.some((name) => metadata.annotations?.[name] === 'true'),
    provisioner,
    bindingMode: volumeBindingMode ?? 'Immediate',
    reclaimPolicy: reclaimPolicy ?? 'Delete',
    allowsExpansion: allowVolumeExpansion ?? false,
    scope: known?.scope ?? 'unknown',
    ...(known ? { quirk: known.quirk } : {}),
  };
}

/** The facts about a PersistentVolumeClaim. */
export function readClaim(object: KubeObject): ClaimFacts {
  const { metadata, spec, status } = object as Claim;
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    phase: status?.phase ?? 'Pending',
    ...(spec.storageClassName ? { className: spec.storageClassName } : {}),
    ...(spec.volumeName ? { volumeName: spec.volumeName } : {}),
    size: spec.resources?.requests?.storage ?? '0',
  };
}
