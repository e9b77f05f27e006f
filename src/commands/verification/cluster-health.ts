import type { Condition, KubeObject } from '../../base/kube-types.ts';
import { hasStatus } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { DnsFacts, NodeHealth, VerifyFacts, VolumeSpace } from '../../verify/facts.ts';

/** What of a cluster's own health the checks look at. What the user may not read is undefined. */

const dnsNamespace = 'kube-system';
const dnsLabel = 'k8s-app=kube-dns';
const leaseNamespace = 'kube-node-lease';

/** The conditions of each node that are as they shouldn't be, apart from Ready. */
export async function readNodeHealth(kube: Pick<KubeClient, 'list'>): Promise<readonly NodeHealth[]> {
  const nodes = (await kube.list('v1', 'Node')) as readonly Node[];
  return nodes.map(({ metadata, status }) => ({
    node: metadata.name,
    troubles: (status?.conditions ?? [])
      .filter(({ type, status: holds }) => type !== 'Ready' && holds === 'True')
      .map(({ type, message = '' }) => ({ type, message })),
  }));
}

interface Node extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** When each node last wrote its Lease, by its own clock. */
export async function readHeartbeats(kube: Pick<KubeClient, 'list'>): ReturnType<VerifyFacts['heartbeats']> {
  const leases = await unlessDenied(() => kube.list('coordination.k8s.io/v1', 'Lease', { namespace: leaseNamespace }));
  return (leases as readonly Lease[] | undefined)?.map(({ metadata, spec }) => ({
    node: metadata.name,
    renewedMs: Date.parse(spec?.renewTime ?? '') || 0,
  }));
}

interface Lease extends KubeObject {
  readonly spec?: { readonly renewTime?: string };
}

/** The Service of the cluster's DNS, and how many of its pods are ready. */
export async function readDns(kube: Pick<KubeClient, 'list'>): Promise<DnsFacts | undefined> {
  return unlessDenied(async () => {
    const [service] = await kube.list('v1', 'Service', { namespace: dnsNamespace, labelSelector: dnsLabel });
    if (!service) return { readyEndpoints: 0 };
    const labelSelector = `kubernetes.io/service-name=${service.metadata.name}`;
    const slices = await kube.list('discovery.k8s.io/v1', 'EndpointSlice', { namespace: dnsNamespace, labelSelector });
    const ready = (slices as readonly Slice[]).flatMap(({ endpoints }) => endpoints ?? []).filter(isReady);
    return { service: `${dnsNamespace}/${service.metadata.name}`, readyEndpoints: ready.length };
  });
}

interface Slice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean | null } }[] | null;
}

function isReady({ conditions }: NonNullable<Slice['endpoints']>[number]): boolean {
  return conditions?.ready !== false;
}

/** The room on the volumes of the namespace, as the kubelets measure it every minute. */
export async function readVolumeSpace(
  kube: Pick<KubeClient, 'raw'>,
  nodes: readonly string[],
  namespace: string,
): Promise<readonly VolumeSpace[] | undefined> {
  const summaries = await Promise.all(nodes.map((node) => kube.raw(`/api/v1/nodes/${node}/proxy/stats/summary`)));
  const readable = summaries.filter(({ status }) => status === 200);
  if (readable.length === 0 && nodes.length > 0) return undefined;
  return readable.flatMap(({ body }) => volumesIn(body, namespace));
}

function volumesIn(body: string, namespace: string): readonly VolumeSpace[] {
  const { pods } = JSON.parse(body) as Summary;
  return (pods ?? [])
    .flatMap(({ volume }) => volume ?? [])
    .flatMap(({ pvcRef, capacityBytes, availableBytes, inodes, inodesFree }) => {
      if (pvcRef?.namespace !== namespace || capacityBytes === undefined || availableBytes === undefined) return [];
      const counted = inodes !== undefined && inodesFree !== undefined;
      return [
        {
          claim: pvcRef.name,
          sizeBytes: capacityBytes,
          freeBytes: availableBytes,
          ...(counted ? { inodes: { all: inodes, free: inodesFree } } : {}),
        },
      ];
    });
}

/** The kubelet's own form, as far as it is read. */
interface Summary {
  readonly pods?: readonly {
    readonly volume?: readonly {
      readonly pvcRef?: { readonly name: string; readonly namespace: string };
      readonly capacityBytes?: number;
      readonly availableBytes?: number;
      readonly inodes?: number;
      readonly inodesFree?: number;
    }[];
  }[];
}

async function unlessDenied<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}
