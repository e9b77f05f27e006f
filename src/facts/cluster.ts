import type { Condition, KubeObject } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import { nodeIdsOf } from '../plan/node-identity.ts';
import { type Distribution, loadDistributions } from './distributions.ts';
import type { ClusterFacts, NodeFacts, Taint } from './types.ts';

/** core/v1 Node, as far as it is read. */
interface Node extends KubeObject {
  readonly spec: { readonly providerID?: string; readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly nodeInfo?: {
      readonly architecture?: string;
      readonly machineID?: string;
      readonly bootID?: string;
    };
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly images?: readonly { readonly names?: readonly string[] | null }[];
  };
}

/**
 * Asks the cluster what it is.
 * @throws BootError `cluster` when it doesn't answer or denies.
 */
export async function readCluster(
  kube: KubeClient,
  distributions: readonly Distribution[] = loadDistributions(),
): Promise<ClusterFacts> {
  const [answer, objects] = await Promise.all([kube.raw('/version'), kube.list('v1', 'Node')]);
  const nodes = objects as readonly Node[];
  const version = answer.status === 200 ? parseVersion(answer.body) : 'unknown';
  return { version, distribution: guessDistribution(version, nodes, distributions), nodes: nodes.map(readNode) };
}

/** Nothing depends on the version, so an answer that isn't Kubernetes' own is no error here. */
function parseVersion(body: string): string {
  try {
    const { gitVersion } = JSON.parse(body) as { readonly gitVersion?: unknown };
    return typeof gitVersion === 'string' ? gitVersion : 'unknown';
  } catch {
    return 'unknown';
  }
}

function guessDistribution(version: string, nodes: readonly Node[], distributions: readonly Distribution[]): string {
  const fits = ({ marks }: Distribution): boolean => {
    const { label, annotation, provider } = marks;
    return (
      (marks.version === undefined || version.includes(marks.version)) &&
      (label === undefined || nodes.some(({ metadata }) => metadata.labels?.[label] !== undefined)) &&
      (annotation === undefined || nodes.some(({ metadata }) => metadata.annotations?.[annotation] !== undefined)) &&
      (provider === undefined || nodes.some(({ spec }) => spec.providerID?.startsWith(provider)))
    );
  };
  return distributions.find(fits)?.name ?? 'other';
}

const rolePrefix = 'node-role.kubernetes.io/';

function readNode(node: Node): NodeFacts {
  const { metadata, spec, status } = node;
  const labels = metadata.labels ?? {};
  return {
    ...nodeIdsOf(node),
    labels,
    architecture: status?.nodeInfo?.architecture ?? labels['kubernetes.io/arch'] ?? 'unknown',
    ready: status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    unschedulable: spec.unschedulable ?? false,
    roles: Object.keys(labels).flatMap((key) => (key.startsWith(rolePrefix) ? [key.slice(rolePrefix.length)] : [])),
    taints: spec.taints ?? [],
    allocatable: status?.allocatable ?? {},
    images: (status?.images ?? []).flatMap(({ names }) => names ?? []),
  };
}
