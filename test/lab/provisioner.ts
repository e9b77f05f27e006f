import type { Claim, Volume } from './volume-types.ts';

/** What a provisioner does with its storage. Whoever calls it keeps the objects. */
export interface Storage {
  /**
   * Makes room for a claim, or finds what it made before.
   * @param name the new volume's name
   * @returns what of the volume's spec tells where it is; a text when the claim can't be served
   */
  readonly make: (claim: Claim, name: string) => Promise<object | string>;
  /** @returns false when it can't be done now */
  readonly remove: (volume: Volume) => Promise<boolean>;
}

/** A storage class as far as a provisioner looks at it. */
export interface ClassOf {
  readonly name: string;
  readonly provisioner: string;
  readonly waitsForConsumer: boolean;
  readonly reclaimPolicy: 'Delete' | 'Retain';
}

const provisionerOfClaim = 'volume.kubernetes.io/storage-provisioner';
const provisionerOfVolume = 'pv.kubernetes.io/provisioned-by';
const selectedNode = 'volume.kubernetes.io/selected-node';

/** As every external provisioner names them. */
export const volumeName = (claim: Claim): string => `pvc-${claim.metadata.uid}`;

/** The node that the scheduler chose for a claim's first consumer. */
export const nodeOf = (claim: Claim): string | undefined => claim.metadata.annotations?.[selectedNode];

/** The claims that a provisioner has to make a volume for now: those that Kubernetes asks it to. */
export function claimsToServe(of: ClassOf, claims: readonly Claim[], volumes: readonly Volume[]): readonly Claim[] {
  const made = new Set(volumes.map(({ metadata }) => metadata.name));
  return claims.filter(
    (claim) =>
      claim.spec.storageClassName === of.name &&
      claim.metadata.annotations?.[provisionerOfClaim] === of.provisioner &&
      claim.metadata.deletionTimestamp === undefined &&
      claim.status.phase === 'Pending' &&
      (!of.waitsForConsumer || nodeOf(claim) !== undefined) &&
      !made.has(volumeName(claim)),
  );
}

/** The volumes of a class, whatever their state. */
export function volumesOf(of: ClassOf, volumes: readonly Volume[]): readonly Volume[] {
  return volumes.filter(
    ({ metadata, spec }) =>
      spec.storageClassName === of.name && metadata.annotations?.[provisionerOfVolume] === of.provisioner,
  );
}

/** The volumes that a provisioner has to remove now, with their data. */
export function volumesToRemove(of: ClassOf, volumes: readonly Volume[]): readonly Volume[] {
  return volumesOf(of, volumes).filter(
    ({ spec, status }) => status.phase === 'Released' && spec.persistentVolumeReclaimPolicy === 'Delete',
  );
}

/** The volume for a claim, at the place that its storage was given. */
export function volumeFor(of: ClassOf, claim: Claim, place: object): object {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName(claim), annotations: { [provisionerOfVolume]: of.provisioner } },
    spec: {
      capacity: { storage: claim.spec.resources.requests.storage },
      accessModes: claim.spec.accessModes,
      volumeMode: 'Filesystem',
      persistentVolumeReclaimPolicy: of.reclaimPolicy,
      storageClassName: of.name,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
      ...place,
    },
  };
}

/** What a provisioner tells about a claim. */
export function eventFor(
  of: ClassOf,
  claim: Claim,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): object {
  const { namespace, name, uid } = claim.metadata;
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    ...{ type, reason, message, firstTimestamp: now, lastTimestamp: now, count: 1 },
    source: { component: of.provisioner },
  };
}
