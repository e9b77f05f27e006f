import { BootError } from '../base/errors.ts';
import type { ClusterFacts, NodeFacts } from '../facts/types.ts';
import type { Architecture, Release } from './release.ts';
import { imageFor } from './select.ts';
import type { DirectorySite, StoredData } from './stored-data.ts';

/** Directories in one place that one pod deletes. */
export interface Erasure {
  readonly release: Release;
  readonly namespace: string;
  readonly site: DirectorySite;
  /** Each is the name of a directory below the one of the namespace. */
  readonly claims: readonly string[];
  /** Whose shell does it, and for which nodes it is made. */
  readonly image: string;
  readonly architecture: Architecture;
}

export interface ErasureInput {
  readonly release: Release;
  readonly namespace: string;
  readonly data: readonly StoredData[];
  readonly cluster: ClusterFacts;
}

/**
 * What pods have to delete, place by place.
 * @throws BootError `preflight` when a node on which data are is not there, or not ready
 */
export function planErasures({ release, namespace, data, cluster }: ErasureInput): readonly Erasure[] {
  const rows = data.flatMap(({ claim, removal }) => (removal.by === 'pod' ? [{ claim, site: removal.site }] : []));
  return [...Map.groupBy(rows, ({ site }) => formatSite(site)).values()].flatMap((each) => {
    const site = each[0]?.site;
    if (!site) return [];
    const claims = each.map(({ claim }) => claim);
    const architecture = architectureOf(nodeFor(site, claims, cluster), release);
    const tools = release.services[release.tools.service];
    const image = tools ? imageFor(release.tools.service, tools, architecture) : '';
    return [{ release, namespace, site, claims, image, architecture }];
  });
}

/** A place for people: `/var/lib/edgex on node gateway`, `server:/export`. */
export function formatSite(site: DirectorySite): string {
  return site.kind === 'nfs' ? `${site.server}:${site.root}` : `${site.root} on node ${site.hostname}`;
}

function nodeFor(site: DirectorySite, claims: readonly string[], { nodes }: ClusterFacts): NodeFacts {
  const candidates = site.kind === 'nfs' ? nodes : nodes.filter(({ hostname }) => hostname === site.hostname);
  const ready = candidates.find((node) => node.ready);
  if (ready) return ready;
  throw new BootError({
    exit: 'preflight',
    object: site.kind === 'nfs' ? 'cluster' : `node/${site.hostname}`,
    cause: `${candidates.length > 0 ? 'not ready' : 'not in the cluster'}, so the data there can't be deleted; nothing was changed`,
    evidence: claims.map((claim) => `${claim}: in ${formatSite(site)}`),
    hint: 'Run this again when the node is there. If it is gone for good, its data are too: delete their volumes (kubectl delete persistentvolume) and run this again.',
  });
}

function architectureOf({ architecture }: NodeFacts, { architectures }: Release): Architecture {
  const [usual] = architectures;
  return architectures.find((each) => each === architecture) ?? (usual as Architecture);
}
