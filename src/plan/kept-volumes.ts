import type { KubeObject } from '../base/kube-types.ts';
import type { StorageFacts, VolumeFacts } from '../facts/types.ts';
import type { FieldChange } from './diff.ts';
import { claimLabel, commonLabels, managedByLabel, managedByValue, namespaceLabel } from './labels.ts';
import type { Release } from './release.ts';

/**
 * Volumes that a provisioner made for our claims. With the policy `Delete`, which most classes have, the data would go
 * with the claim; so they are kept, and labelled, by which a later installation finds them again.
 */

const provisionedBy = 'pv.kubernetes.io/provisioned-by';

/** What is changed of a volume that is to be kept. */
export interface Keeping {
  /** JSON merge patch. */
  readonly patch: object;
  readonly fields: readonly FieldChange[];
}

/** core/v1 PersistentVolume, as far as it is read here. */
interface Volume extends KubeObject {
  readonly spec: {
    readonly persistentVolumeReclaimPolicy?: string;
    readonly claimRef?: { readonly uid?: string };
  };
}

/**
 * Keeps the volume of a claim of ours. Nothing else of it is touched, and nothing of a volume that no provisioner made:
 * somebody else's, which our claim only uses.
 * @returns undefined when there is nothing to do
 */
export function keepVolume(live: KubeObject, claim: KubeObject, release: Release): Keeping | undefined {
  const { metadata, spec } = live as Volume;
  if (spec.claimRef?.uid === undefined || spec.claimRef.uid !== claim.metadata.uid) return undefined;
  if (metadata.annotations?.[provisionedBy] === undefined) return undefined;
  const { name, namespace = '' } = claim.metadata;
  const labels: Record<string, string> = {
    ...commonLabels(release),
    [claimLabel]: name,
    [namespaceLabel]: namespace,
  };
  const isFound = [managedByLabel, claimLabel, namespaceLabel].every(
    (label) => metadata.labels?.[label] === labels[label],
  );
  const policy = spec.persistentVolumeReclaimPolicy;
  if (isFound && policy === 'Retain') return undefined;
  return {
    patch: {
      ...(isFound ? {} : { metadata: { labels } }),
      ...(policy === 'Retain' ? {} : { spec: { persistentVolumeReclaimPolicy: 'Retain' } }),
    },
    fields: [
      ...(isFound ? [] : [{ path: 'metadata.labels', to: labels }]),
      ...(policy === 'Retain' ? [] : [{ path: 'spec.persistentVolumeReclaimPolicy', from: policy, to: 'Retain' }]),
    ],
  };
}

/** The volume that a claim of ours has, or had before it was deleted. */
export function keptVolume(
  claim: string,
  namespace: string,
  { claims, volumes }: Pick<StorageFacts, 'claims' | 'volumes'>,
): VolumeFacts | undefined {
  const live = claims.find(({ name, labels }) => name === claim && labels[managedByLabel] === managedByValue);
  if (live) return volumes.find(({ name }) => name === live.volumeName);
  return volumes.find(
    ({ labels, claim: bound }) =>
      labels[managedByLabel] === managedByValue &&
      labels[namespaceLabel] === namespace &&
      labels[claimLabel] === claim &&
      bound?.namespace === namespace &&
      bound.name === claim,
  );
}
