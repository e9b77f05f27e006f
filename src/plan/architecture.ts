import { BootError } from '../base/errors.ts';
import type { KubeObject } from '../base/kube-types.ts';
import type { ClusterFacts, InstalledFacts, NodeFacts } from '../facts/types.ts';
import { architectureLabel } from './labels.ts';
import { isManaged } from './ownership.ts';
import type { Architecture, Release } from './release.ts';
import { isBorne } from './taints.ts';

/**
 * The architecture whose images an installation takes: the one that is installed, as long as the cluster has a node of
 * it, since data that one architecture wrote may be of no use to another. Else the one of most nodes that can take its
 * pods now; of equally many, the one that the release names first.
 * @param objects what is installed
 * @throws BootError `preflight` with every node that counts and what is against it, when none will do.
 */
export function chooseArchitecture(
  cluster: ClusterFacts,
  release: Release,
  { objects }: Pick<InstalledFacts, 'objects'>,
): Architecture {
  const installed = objects.filter(isManaged).flatMap((object) => architectureOf(object) ?? []);
  const alike = cluster.nodes.filter(({ architecture }) => installed.includes(architecture));
  const nodes = alike.length > 0 ? alike : cluster.nodes;
  const fit = nodes.filter((node) => obstacle(node, release) === undefined);
  let chosen: Architecture | undefined;
  let most = 0;
  for (const architecture of release.architectures) {
    const count = fit.filter((node) => node.architecture === architecture).length;
    if (count > most) [chosen, most] = [architecture, count];
  }
  if (chosen === undefined) throw noFitNode(nodes, release);
  return chosen;
}

/** apps/v1 Deployment, as far as it is read here. */
interface Workload extends KubeObject {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly nodeSelector?: Readonly<Record<string, string>> } };
  };
}

/** The one that a workload's pods ask for; undefined for other objects. */
function architectureOf({ kind, spec }: Workload): string | undefined {
  return kind === 'Deployment' ? spec?.template?.spec?.nodeSelector?.[architectureLabel] : undefined;
}

interface Obstacle {
  readonly cause: string;
  readonly hint: string;
}

/** Why not every service of the release would start on a node; undefined when they would. */
function obstacle(node: NodeFacts, { title, architectures, services }: Release): Obstacle | undefined {
  const { name, architecture, ready, unschedulable, taints } = node;
  if (!architectures.some((each) => each === architecture)) {
    const is32Bit = architecture === 'arm';
    return {
      cause: `its architecture is ${architecture}${is32Bit ? ' (32 bits)' : ''}; ${title} has images for ${architectures.join(' and ')}`,
      hint: is32Bit
        ? 'Install a 64-bit system on it; a Raspberry Pi 3 or newer can run one.'
        : `Join a node that is ${architectures.join(' or ')}.`,
    };
  }
  if (!ready) return { cause: 'it is NotReady', hint: `Look at the conditions in \`kubectl describe node ${name}\`.` };
  if (unschedulable) return { cause: 'it is cordoned', hint: `Allow pods on it: \`kubectl uncordon ${name}\`.` };
  const rows = Object.values(services);
  const taint = taints.find((each) => !rows.every((row) => isBorne(each, row)));
  if (!taint) return undefined;
  const { key, value, effect } = taint;
  return {
    cause: `it is tainted: ${key}${value ? `=${value}` : ''}:${effect}`,
    hint: `Take the taint away if services may run there: \`kubectl taint nodes ${name} ${key}:${effect}-\`; or let a site file tolerate it, with placement.tolerations.`,
  };
}

function noFitNode(nodes: readonly NodeFacts[], release: Release): BootError {
  const [first, ...others] = nodes.flatMap((node) => {
    const found = obstacle(node, release);
    return found ? [{ object: `node/${node.name}`, ...found }] : [];
  });
  if (!first) {
    return new BootError({ exit: 'preflight', object: 'cluster', cause: 'it has no node', hint: 'Join a node first.' });
  }
  if (others.length === 0) return new BootError({ exit: 'preflight', ...first });
  return new BootError({
    exit: 'preflight',
    object: 'cluster',
    cause: 'services can start on none of its nodes',
    evidence: [first, ...others].map(({ object, cause }) => `${object}: ${cause}`),
    hint: first.hint,
  });
}
