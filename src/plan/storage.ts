import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import type { ClusterFacts, StorageFacts } from '../facts/types.ts';
import { claimLabel, namespaceLabel } from './labels.ts';
import type { StorageChoice } from './types.ts';

/**
 * Where the data live. `auto` keeps what is installed, else takes a local directory on a single node; a kind of storage
 * is a branch here and its facts in facts/storage.
 */

const defaultRoot = '/var/lib/edgex';

export interface StorageInput {
  /** `auto`, `local`, `local:/path` or `class:NAME`; the grammar is the option table's. */
  readonly wish: string;
  readonly namespace: string;
  /** Absent where no cluster was asked, as for `render`. */
  readonly facts?: StorageCluster;
}

interface StorageCluster {
  readonly cluster: ClusterFacts;
  readonly storage: StorageFacts;
}

/**
 * Chooses the storage of an installation.
 * @throws BootError `preflight` when the class doesn't exist, or when local storage would have to guess a node.
 */
export function chooseStorage({ wish, namespace, facts }: StorageInput): StorageChoice {
  const [kind, argument] = splitOnce(wish, ':');
  if (kind === 'class') return chooseClass(argument ?? '', facts?.storage);
  if (facts) return installedStorage(wish, namespace, facts) ?? chooseLocal(wish, argument ?? defaultRoot, facts);
  if (kind === 'auto') {
    return { kind: 'class', reason: "no cluster was asked, so the claims take the cluster's default class" };
  }
  throw new BootError({
    exit: 'preflight',
    object: `--storage ${wish}`,
    cause: 'local volumes belong to a node, and no cluster was asked for one',
    hint: 'Use --storage class:NAME here, or let install make local volumes.',
  });
}

/** What is installed, where the wish allows it: it can't change while the data are there, though nodes may have joined. */
function installedStorage(wish: string, namespace: string, facts: StorageCluster): StorageChoice | undefined {
  const { cluster, storage } = facts;
  const reason = 'as installed';
  for (const { labels, localPath, hostname } of storage.volumes) {
    const tail = `/${namespace}/${labels[claimLabel]}`;
    if (labels[namespaceLabel] !== namespace || hostname === undefined || !localPath?.endsWith(tail)) continue;
    const root = localPath.slice(0, -tail.length);
    const isWanted = wish === 'auto' || wish === 'local' || wish === `local:${root}`;
    const isThere = cluster.nodes.some((node) => node.hostname === hostname);
    if (isWanted && isThere) return { kind: 'local', root, hostname, reason };
  }
  if (wish !== 'auto') return undefined;
  const ours = storage.claims.find(({ labels, className }) => labels[claimLabel] !== undefined && className);
  return ours?.className === undefined ? undefined : { kind: 'class', className: ours.className, reason };
}

function chooseLocal(wish: string, root: string, { cluster, storage }: StorageCluster): StorageChoice {
  const [node, ...others] = cluster.nodes;
  if (!node)
    throw new BootError({ exit: 'preflight', object: 'cluster', cause: 'it has no node', hint: 'Join a node first.' });
  if (others.length === 0)
    return { kind: 'local', root, hostname: node.hostname, reason: `${node.name} is the only node` };
  const classes = storage.classes.map((storageClass) => storageClass.name);
  throw new BootError({
    exit: 'preflight',
    object: `--storage ${wish}`,
    cause: `the cluster has ${others.length + 1} nodes, and local volumes would tie the data to one of them`,
    hint:
      classes.length > 0
        ? `Name a storage class: ${classes.map((name) => `--storage class:${name}`).join(', ')}.`
        : 'The cluster offers no storage class; install one and name it with --storage class:NAME.',
  });
}

function chooseClass(className: string, facts: StorageFacts | undefined): StorageChoice {
  const reason = 'asked for';
  if (!facts || facts.classes.some((storageClass) => storageClass.name === className)) {
    return { kind: 'class', className, reason };
  }
  const known = facts.classes.map((storageClass) => storageClass.name);
  const nearest = nearestName(className, known);
  throw new BootError({
    exit: 'preflight',
    object: `--storage class:${className}`,
    cause: 'the cluster has no storage class of this name',
    hint: nearest
      ? `Did you mean class:${nearest}?`
      : `It has: ${known.join(', ') || 'none; leave the option away for local volumes'}.`,
  });
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
