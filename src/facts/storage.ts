import type { KubeObject } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import { managedByLabel, managedByValue } from '../plan/labels.ts';
import type { ClaimFacts, StorageClassFacts, StorageFacts, VolumeFacts } from './types.ts';

/** storage/v1 StorageClass, core/v1 PersistentVolume and PersistentVolumeClaim, as far as they are read. */
interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly reclaimPolicy?: string;
}

interface Volume extends KubeObject {
  readonly spec: {
    readonly capacity?: { readonly storage?: string };
    readonly persistentVolumeReclaimPolicy?: string;
    readonly local?: { readonly path: string };
    readonly claimRef?: { readonly namespace: string; readonly name: string };
    readonly nodeAffinity?: {
      readonly required?: {
        readonly nodeSelectorTerms?: readonly { readonly matchExpressions?: readonly Requirement[] }[];
      };
    };
  };
  readonly status?: { readonly phase?: string };
}

interface Requirement {
  readonly key: string;
  readonly values?: readonly string[];
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
export async function readStorage(kube: KubeClient, namespace: string): Promise<StorageFacts> {
  const [classes, volumes, claims] = await Promise.all([
    kube.list('storage.k8s.io/v1', 'StorageClass'),
    kube.list('v1', 'PersistentVolume', { labelSelector: `${managedByLabel}=${managedByValue}` }),
    kube.list('v1', 'PersistentVolumeClaim', { namespace }),
  ]);
  return {
    classes: (classes as readonly StorageClass[]).map(readClass),
    volumes: (volumes as readonly Volume[]).map(readVolume),
    claims: (claims as readonly Claim[]).map(readClaim),
  };
}

/** The second one is older, and still counts. */
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

function readClass({ metadata, provisioner, volumeBindingMode, reclaimPolicy }: StorageClass): StorageClassFacts {
  return {
    name: metadata.name,
    isDefault: defaultAnnotations.some((name) => metadata.annotations?.[name] === 'true'),
    provisioner,
    bindingMode: volumeBindingMode ?? 'Immediate',
    reclaimPolicy: reclaimPolicy ?? 'Delete',
  };
}

function readVolume({ metadata, spec, status }: Volume): VolumeFacts {
  const { claimRef, local } = spec;
  const hostname = hostnameOf(spec);
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    phase: status?.phase ?? 'Pending',
    capacity: spec.capacity?.storage ?? '0',
    reclaimPolicy: spec.persistentVolumeReclaimPolicy ?? 'Retain',
    ...(local ? { localPath: local.path } : {}),
    ...(hostname === undefined ? {} : { hostname }),
    ...(claimRef ? { claim: { namespace: claimRef.namespace, name: claimRef.name } } : {}),
  };
}

function hostnameOf({ nodeAffinity }: Volume['spec']): string | undefined {
  const [term] = nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return term?.matchExpressions?.find(({ key }) => key === 'kubernetes.io/hostname')?.values?.[0];
}

function readClaim({ metadata, spec, status }: Claim): ClaimFacts {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    phase: status?.phase ?? 'Pending',
    ...(spec.storageClassName ? { className: spec.storageClassName } : {}),
    ...(spec.volumeName ? { volumeName: spec.volumeName } : {}),
    size: spec.resources?.requests?.storage ?? '0',
  };
}
