import { type BootErrorDetails, isBootError } from '../../base/errors.ts';
import type { KubeObject } from '../../base/kube-types.ts';
import { readCluster } from '../../facts/cluster.ts';
import { readClaim } from '../../facts/storage.ts';
import type { ClaimFacts, ClusterFacts, VolumeFacts } from '../../facts/types.ts';
import { readVolume } from '../../facts/volumes.ts';
import type { KubeClient } from '../../kube/types.ts';
import { type Inventory, inventoryName, readInventory } from '../../plan/inventory.ts';

/** What was asked for, or why it isn't there. */
export type Part<T> = { readonly value: T } | { readonly error: BootErrorDetails };

/** All that the cluster is asked; each part stands for itself. */
export interface Parts {
  readonly cluster: Part<ClusterFacts>;
  /** What the installation wrote down; undefined where there is none. */
  readonly record: Part<Inventory | undefined>;
  readonly deployments: Part<readonly KubeObject[]>;
  readonly pods: Part<readonly KubeObject[]>;
  readonly events: Part<readonly KubeObject[]>;
  readonly services: Part<readonly KubeObject[]>;
  readonly claims: Part<readonly ClaimFacts[]>;
  readonly volumes: Part<readonly VolumeFacts[]>;
  /** The API server's clock, in milliseconds since 1970; absent when it didn't tell. */
  readonly dateMs: Part<number | undefined>;
}

/** Asks everything at once, each question once. How long an answer may take is the client's affair. */
export async function readParts(kube: KubeClient, namespace: string): Promise<Parts> {
  const list = (apiVersion: string, kind: string) => part(() => kube.list(apiVersion, kind, { namespace }));
  const [cluster, record, deployments, pods, events, services, claims, volumes, dateMs] = await Promise.all([
    part(() => readCluster(kube)),
    part(async () => {
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName };
      const found = await kube.get(ref);
      return readInventory(found ? [found] : [], namespace);
    }),
    list('apps/v1', 'Deployment'),
    list('v1', 'Pod'),
    list('v1', 'Event'),
    list('v1', 'Service'),
    part(async () => (await kube.list('v1', 'PersistentVolumeClaim', { namespace })).map(readClaim)),
    part(async () => (await kube.list('v1', 'PersistentVolume')).map(readVolume)),
    part(async () => (await kube.raw('/version')).dateMs),
  ]);
  return { cluster, record, deployments, pods, events, services, claims, volumes, dateMs };
}

async function part<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!isBootError(error)) throw error;
    return { error: error.details };
  }
}

/** The value of a part, or what stands for it where it couldn't be read. */
export function readOr<T, U>(part: Part<T>, otherwise: U): T | U {
  return 'value' in part ? part.value : otherwise;
}
