import { BootError } from '../base/errors.ts';
import type { ClaimFacts, StorageFacts, VolumeFacts } from '../facts/types.ts';
import { claimLabel, namespaceLabel } from './labels.ts';
import { matchExisting } from './storage-existing.ts';
import type { ClusterStorage } from './storage-types.ts';
import { asksFor, describePlace, parseWish } from './storage-wish.ts';
import type { ExistingVolume, StorageChoice, StoragePlace } from './types.ts';

/**
 * Where the data of a namespace are already: known by our volumes' labels, else by our claims and what they are bound
 * to. This survives an `uninstall` that keeps the data.
 */
export function installedPlace({ namespace, claims, facts }: ClusterStorage): StoragePlace | undefined {
  const { volumes } = facts.storage;
  const ours = volumes.filter(({ labels }) => labels[namespaceLabel] === namespace && labels[claimLabel]);
  for (const volume of ours) {
    const place = placeOfOurs(volume, namespace);
    if (place) return place;
  }
  const ourClaims = facts.storage.claims.filter(({ labels }) => labels[claimLabel] !== undefined);
  const bound = Object.fromEntries(ourClaims.flatMap((claim) => foundVolume(claim, facts.storage)));
  if (Object.keys(bound).length > 0) {
    // A service that came later has no volume yet.
    const rest = matchExisting({
      claims: claims.filter(({ name }) => !Object.hasOwn(bound, name)),
      volumes: volumes.filter(({ claim }) => claim === undefined),
      namespace,
      hostnames: facts.cluster.nodes.map(({ hostname }) => hostname),
    });
    return { kind: 'existing', volumes: { ...rest.volumes, ...bound } };
  }
  const className = [...ourClaims, ...ours].find((each) => each.className)?.className;
  return className ? { kind: 'class', className } : undefined;
}

/** A volume that this program made says with its path where the others are. */
function placeOfOurs({ labels, source, hostnames }: VolumeFacts, namespace: string): StoragePlace | undefined {
  if (source.kind !== 'local' && source.kind !== 'nfs') return undefined;
  const tail = `/${namespace}/${labels[claimLabel]}`;
  if (!source.path.endsWith(tail)) return undefined;
  const root = source.path.slice(0, -tail.length) || '/';
  if (source.kind === 'nfs') return { kind: 'nfs', server: source.server, path: root };
  const [hostname] = hostnames;
  return hostname === undefined ? undefined : { kind: 'local', root, hostname };
}

/** The volume of a claim, where neither this program nor a provisioner made it. */
function foundVolume(
  { name, labels, volumeName }: ClaimFacts,
  { volumes }: StorageFacts,
): readonly (readonly [string, ExistingVolume])[] {
  const volume = volumes.find((each) => each.name === volumeName);
  if (!volume || volume.provisioner !== undefined || volume.labels[namespaceLabel] !== undefined) return [];
  return [[labels[claimLabel] ?? name, { name: volume.name, className: volume.className }]];
}

/**
 * Keeps what is installed.
 * @throws BootError `preflight` when something else is asked for, since the data would stay behind, and when the node
 *   that they are on is gone.
 */
export function keepInstalled(place: StoragePlace, { wish, namespace, facts }: ClusterStorage): StorageChoice {
  const isGone = place.kind === 'local' && facts.cluster.nodes.every(({ hostname }) => hostname !== place.hostname);
  if (!asksFor(parseWish(wish), place)) {
    throw new BootError({
      exit: 'preflight',
      object: `--storage ${wish}`,
      cause: `namespace ${namespace} has its data in ${describePlace(place)}, and they would stay behind`,
      hint: `Keep them with --storage auto. To move them: \`backup FILE\`, \`uninstall --purge-data\`, \`install --storage ${wish}\`, \`restore FILE\`.`,
    });
  }
  if (isGone) {
    throw new BootError({
      exit: 'preflight',
      object: `--storage ${wish}`,
      cause: `the data of namespace ${namespace} are in ${describePlace(place)}, and the cluster has no such node`,
      hint: `Bring the node back. To give its data up: \`uninstall --purge-data\`, then install anew.`,
    });
  }
  return { ...place, reason: 'as installed' };
}
