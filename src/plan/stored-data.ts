import type { ClaimFacts, StorageFacts, VolumeFacts } from '../facts/types.ts';
import { claimLabel, managedByLabel, managedByValue, namespaceLabel } from './labels.ts';

/** What an installation has stored, where that is, and how it could be deleted. */

export interface StoredData {
  /** Of the claim that the data were made for; it may be gone. */
  readonly claim: string;
  readonly hasClaim: boolean;
  /** Absent where the claim has none yet. */
  readonly volume?: VolumeFacts;
  /** For people, `/var/lib/edgex/edgex/mongo-data on node gateway`; empty without a volume. */
  readonly place: string;
  readonly removal: DataRemoval;
}

export type DataRemoval =
  /** A directory that this program made: a pod deletes it, and then the volume goes. */
  | { readonly by: 'pod'; readonly site: DirectorySite }
  /** The provisioner that made the volume, as soon as the claim is gone and the volume's policy is `Delete`. */
  | { readonly by: 'provisioner' }
  /** Nobody: the volume is somebody else's and stays, or there is none. */
  | { readonly by: 'nobody' };

/** Below which directory a volume's own one lies, `<root>/<namespace>/<claim>`. */
export type DirectorySite =
  | { readonly kind: 'local'; readonly hostname: string; readonly root: string }
  | { readonly kind: 'nfs'; readonly server: string; readonly root: string };

/**
 * The data of our claims, and those on volumes of ours whose claims are gone and not somebody else's now. In the order
 * of the claims' names.
 */
export function findStoredData(
  namespace: string,
  { claims, volumes }: Pick<StorageFacts, 'claims' | 'volumes'>,
): readonly StoredData[] {
  const ours = claims.filter(({ labels }) => labels[managedByLabel] === managedByValue);
  const pairs = ours.map((claim) => ({ claim, volume: volumeOf(claim, namespace, volumes) }));
  const bound = new Set(pairs.flatMap(({ volume }) => volume?.name ?? []));
  const isTaken = ({ claim }: VolumeFacts) => claims.some(({ name }) => name === claim?.name);
  const alone = volumes.filter(
    (volume) => isOurVolume(volume, namespace) && !bound.has(volume.name) && !isTaken(volume),
  );
  return [
    ...pairs.map(({ claim, volume }) => describe(claim.name, true, volume, namespace)),
    ...alone.map((volume) => describe(claimOf(volume), false, volume, namespace)),
  ].toSorted((a, b) => a.claim.localeCompare(b.claim));
}

/** True for a volume that this program made, or took into its care, for this namespace. */
export function isOurVolume({ labels }: Pick<VolumeFacts, 'labels'>, namespace: string): boolean {
  return labels[managedByLabel] === managedByValue && labels[namespaceLabel] === namespace;
}

function volumeOf(claim: ClaimFacts, namespace: string, volumes: readonly VolumeFacts[]): VolumeFacts | undefined {
  const isFor = ({ claim: bound }: VolumeFacts) => bound?.namespace === namespace && bound.name === claim.name;
  return volumes.find(({ name }) => name === claim.volumeName) ?? volumes.find(isFor);
}

function claimOf({ labels, claim, name }: VolumeFacts): string {
  return labels[claimLabel] ?? claim?.name ?? name;
}

function describe(claim: string, hasClaim: boolean, volume: VolumeFacts | undefined, namespace: string): StoredData {
  if (!volume) return { claim, hasClaim, place: '', removal: { by: 'nobody' } };
  return { claim, hasClaim, volume, place: placeOf(volume), removal: removalOf(claim, volume, namespace) };
}

function removalOf(claim: string, volume: VolumeFacts, namespace: string): DataRemoval {
  const { claim: bound } = volume;
  const isElsewhere = bound !== undefined && (bound.namespace !== namespace || bound.name !== claim);
  const isOurs = isOurVolume(volume, namespace) && !isElsewhere;
  if (volume.provisioner !== undefined) {
    return { by: isOurs || volume.reclaimPolicy === 'Delete' ? 'provisioner' : 'nobody' };
  }
  const site = isOurs ? siteOf(volume, `/${namespace}/${claim}`) : undefined;
  return site ? { by: 'pod', site } : { by: 'nobody' };
}

/**
 * A volume leads to a directory of ours only when its path ends as we end it, and is a plain one: what it names will be
 * deleted. A disk's own root is nobody's to clean up; that of an export is fine.
 */
function siteOf({ source, hostnames }: VolumeFacts, tail: string): DirectorySite | undefined {
  if (source.kind !== 'local' && source.kind !== 'nfs') return undefined;
  if (!isPlain(source.path) || !/^\/[^/]+\/[^/]+$/.test(tail) || !source.path.endsWith(tail)) return undefined;
  const root = source.path.slice(0, -tail.length);
  if (source.kind === 'nfs') return { kind: 'nfs', server: source.server, root: root || '/' };
  const [hostname, ...others] = hostnames;
  if (root === '' || hostname === undefined || others.length > 0) return undefined;
  return { kind: 'local', hostname, root };
}

function isPlain(path: string): boolean {
  const [start, ...parts] = path.split('/');
  return start === '' && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Where a volume's data are, in words. */
function placeOf({ source, hostnames, className }: VolumeFacts): string {
  const where = hostnames.length > 0 ? ` on node ${hostnames.join(' or ')}` : '';
  const ofClass = className === '' ? '' : `, class ${className}`;
  switch (source.kind) {
    case 'local':
    case 'hostPath':
      return `${source.path}${where}${ofClass}`;
    case 'nfs':
      return `${source.server}:${source.path}${ofClass}`;
    case 'csi':
      return `a volume of ${source.driver}${where}${ofClass}`;
    case 'other':
      return `a volume${where}${ofClass}`;
  }
}
