import { BootError } from '../base/errors.ts';
import type { ClusterFacts, NodeFacts } from '../facts/types.ts';
import type { Architecture, Release } from './release.ts';
import { imageFor } from './select.ts';
import type { DirectorySite, StoredData } from './stored-data.ts';
import { isPrepared } from './volumes.ts';

/** Directories in one place that one pod deletes. */
export interface Erasure {
  readonly release: Release;
  readonly namespace: string;
  readonly site: DirectorySite;
  /** Each is the name of a directory below the one of the namespace. */
  readonly claims: readonly string[];
  /** Those of them whose directories were made, so that they should be there. */
  readonly kept: readonly string[];
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

/** What is to be deleted, and what nobody can reach any more. */
export interface Erasures {
  readonly byPod: readonly Erasure[];
  /** On nodes that the cluster has no longer. */
  readonly lost: readonly SiteClaims[];
}

export type SiteClaims = Pick<Erasure, 'site' | 'claims' | 'kept'>;

/**
 * What pods have to delete, place by place. A node that is gone for good holds up nothing; one that is only away does,
 * since it would come back with its data.
 * @throws BootError `preflight` when a node on which data are is not ready
 */
export function planErasures({ release, namespace, data, cluster }: ErasureInput): Erasures {
  const byPod: Erasure[] = [];
  const lost: SiteClaims[] = [];
  for (const { site, claims, kept } of groupBySite(data)) {
    const candidates = cluster.nodes.filter(({ hostname }) => site.kind === 'nfs' || hostname === site.hostname);
    const node = candidates.find(({ ready }) => ready);
    if (node) byPod.push({ release, namespace, site, claims, kept, ...shellFor(node, release) });
    else if (site.kind === 'local' && candidates.length === 0) lost.push({ site, claims, kept });
    else throw notReady({ site, claims, kept });
  }
  return { byPod, lost };
}

function groupBySite(data: readonly StoredData[]): readonly SiteClaims[] {
  const rows = data.flatMap(({ claim, volume, removal }) =>
    removal.by === 'pod' ? [{ claim, site: removal.site, isKept: volume !== undefined && isPrepared(volume) }] : [],
  );
  return [...Map.groupBy(rows, ({ site }) => formatSite(site)).values()].flatMap((each) =>
    each[0]
      ? [
          {
            site: each[0].site,
            claims: each.map(({ claim }) => claim),
            kept: each.filter(({ isKept }) => isKept).map(({ claim }) => claim),
          },
        ]
      : [],
  );
}

/** A place for people: `/var/lib/edgex on node gateway`, `server:/export`. */
export function formatSite(site: DirectorySite): string {
  return site.kind === 'nfs' ? `${site.server}:${site.root}` : `${site.root} on node ${site.hostname}`;
}

function shellFor(node: NodeFacts, release: Release): Pick<Erasure, 'image' | 'architecture'> {
  const { service } = release.tools;
  const [usual = 'amd64'] = release.architectures;
  const architecture = release.architectures.find((each) => each === node.architecture) ?? usual;
  const row = release.services[service];
  return { architecture, image: row ? imageFor(service, row, architecture) : '' };
}

function notReady({ site, claims }: SiteClaims): BootError {
  return new BootError({
    exit: 'preflight',
    object: site.kind === 'nfs' ? 'cluster' : `node/${site.hostname}`,
    cause: `${site.kind === 'nfs' ? 'none of its nodes is' : 'it is not'} ready, so the data there can't be deleted; nothing was changed`,
    evidence: claims.map((claim) => `${claim}: in ${formatSite(site)}`),
    hint: 'Run this again when the node is ready. One that is gone for good can be taken out with kubectl delete node.',
  });
}
