import type { KubeObject } from '../base/kube-types.ts';
import type { VolumeFacts, VolumeSource } from './types.ts';

/** core/v1 PersistentVolume, as far as it is read. */
interface Volume extends KubeObject {
  readonly spec: {
    readonly capacity?: { readonly storage?: string };
    readonly accessModes?: readonly string[];
    readonly volumeMode?: 'Filesystem' | 'Block';
    readonly storageClassName?: string;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly local?: { readonly path: string };
    readonly hostPath?: { readonly path: string };
    readonly nfs?: { readonly server: string; readonly path: string };
    readonly csi?: { readonly driver: string };
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
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
  readonly operator?: string;
  readonly values?: readonly string[];
}

const provisionedBy = 'pv.kubernetes.io/provisioned-by';

/** The facts about a PersistentVolume. */
export function readVolume(object: KubeObject): VolumeFacts {
  const { metadata, spec, status } = object as Volume;
  const { claimRef } = spec;
  const provisioner = metadata.annotations?.[provisionedBy];
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    phase: status?.phase ?? 'Pending',
    capacity: spec.capacity?.storage ?? '0',
    accessModes: spec.accessModes ?? [],
    isBlock: spec.volumeMode === 'Block',
    className: spec.storageClassName ?? '',
    reclaimPolicy: spec.persistentVolumeReclaimPolicy ?? 'Retain',
    source: sourceOf(spec),
    hostnames: hostnamesOf(spec),
    ...(provisioner ? { provisioner } : {}),
    ...(claimRef ? { claim: claimOf(claimRef) } : {}),
  };
}

function sourceOf({ local, hostPath, nfs, csi }: Volume['spec']): VolumeSource {
  if (local) return { kind: 'local', path: local.path };
  if (hostPath) return { kind: 'hostPath', path: hostPath.path };
  if (nfs) return { kind: 'nfs', server: nfs.server, path: nfs.path };
  return csi ? { kind: 'csi', driver: csi.driver } : { kind: 'other' };
}

function hostnamesOf({ nodeAffinity }: Volume['spec']): readonly string[] {
  const terms = nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const requirements = terms.flatMap(({ matchExpressions }) => matchExpressions ?? []);
  const byHostname = requirements.filter(({ key, operator }) => key === 'kubernetes.io/hostname' && operator === 'In');
  return [...new Set(byHostname.flatMap(({ values }) => values ?? []))];
}

function claimOf({ namespace = '', name = '', uid }: NonNullable<Volume['spec']['claimRef']>) {
  return { namespace, name, ...(uid === undefined ? {} : { uid }) };
}
