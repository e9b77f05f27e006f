import type { Condition, KubeObject, ObjectRef } from '../base/kube-types.ts';
import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import { isEarlierRunOf, isNodeOf, type MachineIds, nodeIdsOf } from '../plan/node-identity.ts';
import type { ClusterStage } from './cluster.ts';

/** What of a cluster comes up in which order, and by what each is known. */

/** core/v1 Node and discovery/v1 EndpointSlice, as far as they are read. */
interface Node extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

type Kube = Pick<KubeClient, 'raw' | 'get' | 'list'>;

const dnsNamespace = 'kube-system';
/** By this every distribution marks the Service of its DNS, whatever its name. */
const dnsSelector = 'k8s-app=kube-dns';
/** A cluster may have its DNS elsewhere, and the pods' own gates wait until names are found. */
const dnsGraceMs = 60_000;
/** A kubelet posts its first status soon after the API server is up; a clone of this machine has its machine id for good. */
const reportGraceMs = 60_000;
/** A distribution makes its class soon after its first start; a name that somebody mistyped never comes. */
const classGraceMs = 120_000;

/**
 * The stages of a cluster after its kubeconfig. A stage that this user may not look at counts as reached: what is
 * really missing shows later, with the rights that it takes.
 * @param open finds the kubeconfig anew each time; it may only just have been written
 * @param machine tells by what this machine is known as it is now: its name and addresses may come late, too
 * @param className of the storage class that the installation needs, if it needs one
 */
export function clusterStages(
  open: () => Kube,
  machine: () => MachineIds | undefined,
  className?: string,
): readonly ClusterStage[] {
  let kube: Kube | undefined;
  const withKube = (probe: (kube: Kube) => Promise<string | undefined>) => async (): Promise<string | undefined> => {
    kube ??= open();
    try {
      return await probe(kube);
    } catch (error) {
      if (hasStatus(error, 403)) return undefined;
      throw error;
    }
  };
  return [
    {
      code: 'kubeconfig',
      title: 'a kubeconfig',
      probe: async () => {
        kube = open();
        return undefined;
      },
    },
    { code: 'api-answers', title: 'the API server to answer', probe: withKube(apiAnswers) },
    { code: 'api-ready', title: 'the API server to be ready', probe: withKube(apiReady) },
    { code: 'node-ready', title: 'a node to be ready', probe: withKube(nodeReady) },
    {
      code: 'node-reported',
      title: 'the node that this machine is',
      probe: withKube((cluster) => nodeReported(cluster, machine())),
      graceMs: reportGraceMs,
    },
    { code: 'service-account', title: 'the default service account', probe: withKube(accountThere) },
    { code: 'dns', title: "the cluster's DNS", probe: withKube(dnsReady), graceMs: dnsGraceMs },
    ...(className === undefined
      ? []
      : [
          {
            code: 'storage-class',
            title: `storage class ${className}`,
            probe: withKube((cluster) => isThere(cluster, { ...storageClass, name: className })),
            graceMs: classGraceMs,
          },
        ]),
  ];
}

const storageClass = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' } as const;

async function apiAnswers(kube: Kube): Promise<string | undefined> {
  const { status } = await kube.raw('/version');
  return status >= 500 || status === 401 ? `it answers with status ${status}` : undefined;
}

async function apiReady(kube: Kube): Promise<string | undefined> {
  const { status, body } = await kube.raw('/readyz?verbose');
  if (status < 500) return undefined;
  const failing = [...body.matchAll(/^\[-\](\S+)/gm)].map(([, name]) => name);
  return failing.length > 0 ? `not ready: ${failing.join(', ')}` : `it answers with status ${status}`;
}

async function nodeReady(kube: Kube): Promise<string | undefined> {
  const nodes = (await kube.list('v1', 'Node')) as readonly Node[];
  if (nodes.length === 0) return 'no node has joined';
  const isReady = ({ status }: Node): boolean =>
    status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
  if (nodes.some(isReady)) return undefined;
  const reasons = nodes.map(({ metadata, status }) => {
    const message = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    return `${metadata.name}: ${message ?? 'not ready'}`;
  });
  return reasons.join('; ');
}

/** After a start of this machine the cluster still has its node as it was before, and Ready, until the kubelet reports. */
async function nodeReported(kube: Kube, machine: MachineIds | undefined): Promise<string | undefined> {
  if (!machine) return undefined;
  const nodes = (await kube.list('v1', 'Node')).map(nodeIdsOf);
  if (nodes.some((node) => isNodeOf(machine, node))) return undefined;
  const earlier = nodes.find((node) => isEarlierRunOf(machine, node));
  return earlier && `${earlier.name} has not reported since this machine's start`;
}

/** Pods are refused in a namespace until its account is there; the controller that makes it starts late. */
function accountThere(kube: Kube): Promise<string | undefined> {
  return isThere(kube, { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace: 'default' });
}

async function dnsReady(kube: Kube): Promise<string | undefined> {
  const services = await kube.list('v1', 'Service', { namespace: dnsNamespace, labelSelector: dnsSelector });
  if (services.length === 0) return `no Service in namespace ${dnsNamespace} has the label ${dnsSelector}`;
  const slices = (await kube.list('discovery.k8s.io/v1', 'EndpointSlice', {
    namespace: dnsNamespace,
    labelSelector: `kubernetes.io/service-name in (${services.map(({ metadata }) => metadata.name).join(', ')})`,
  })) as readonly EndpointSlice[];
  const isReady = slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
  return isReady ? undefined : 'no pod of it is ready';
}

async function isThere(kube: Kube, ref: ObjectRef): Promise<string | undefined> {
  return (await kube.get(ref)) ? undefined : 'not there';
}
