import { BootError } from '../base/errors.ts';
import type { ClaimFacts, StorageFacts, VolumeFacts } from '../facts/types.ts';
import { claimLabel, namespaceLabel } from './labels.ts';
import { matchExisting } from './storage-existing.ts';
import { storageNodes } from './storage-nodes.ts';
import { type ClusterStorage, claimsOf } from './storage-types.ts';
import { asksFor, describePlace, parseWish } from './storage-wish.ts';
import type { ExistingVolume, StorageChoice, StoragePlace } from './types.ts';

/**
 * Where the data of a namespace are already: known by our volumes' labels, else by our claims and what they are bound
 * to. This survives an `uninstall` that keeps the data.
 */
export function installedPlace(input: ClusterStorage): StoragePlace | undefined {
  const { namespace, facts } = input;
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
      claims: claimsOf(input).filter(({ name }) => !Object.hasOwn(bound, name)),
      volumes: volumes.filter(({ claim }) => claim === undefined),
      namespace,
      hostnames: storageNodes(input).nodes.map(({ hostname }) => hostname),
    });
    return { kind: 'existing', volumes: { ...rest.volumes, ...bound } };
  }
  const className = [...ourClaims, ...ours].find((each) => each.className)?.className;
  return className ? { kind: 'class', className } : undefined;
}

/** A volume that this program made says with its path where the others are. */
function placeOfOurs(volume: VolumeFacts, namespace: string): StoragePlace | undefined {
  const { labels, source, hostnames, provisioner } = volume;
  // A provisioner may name its directories as we do.
  if (provisioner !== undefined) return undefined;
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
  const refuse = (cause: string, hint: string): BootError =>
    new BootError({ exit: 'preflight', object: `--storage ${wish}`, cause, hint });
  const where = describePlace(place);
  if (!asksFor(parseWish(wish), place)) {
    throw hasData(namespace, facts.storage)
      ? refuse(
          `the data of namespace ${namespace} would stay behind, in ${where}`,
          `Keep them with --storage auto. To move them: \`backup FILE\`, \`uninstall --purge-data\`, \`restore FILE --storage ${wish}\`, \`install\`.`,
        )
      : refuse(
          `the claims of namespace ${namespace} wait for ${where}, and a claim can't be changed`,
          'They hold no data yet: take them away with `uninstall --purge-data`, then install anew.',
        );
  }
  if (place.kind === 'local' && facts.cluster.nodes.every(({ hostname }) => hostname !== place.hostname)) {
    throw refuse(
      `the cluster no longer has the node with the data of namespace ${namespace}: ${where}`,
      'Bring the node back. To give its data up: `uninstall --purge-data`, then install anew.',
    );
  }
  return { ...place, reason: 'as installed' };
}

/** False where all that is there are claims that never got a volume. */
function hasData(namespace: string, { claims, volumes }: StorageFacts): boolean {
  return (
    claims.some(({ labels, volumeName }) => labels[claimLabel] !== undefined && volumeName !== undefined) ||
    volumes.some(({ labels }) => labels[namespaceLabel] === namespace)
  );
}
