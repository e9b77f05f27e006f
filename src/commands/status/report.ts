import type { Verified } from '../../plan/inventory.ts';
import type { Release } from '../../plan/release.ts';
import type { StatusReport } from '../../report/status-view.ts';
import { type Part, type Parts, readOr } from './parts.ts';
import { describeServices, type SeenService, type StatusContext } from './services.ts';
import { describeStorage } from './storage.ts';

/** What is told of each part that couldn't be read; the rest of the status stands. */
const names: Readonly<Record<keyof Parts, string>> = {
  cluster: 'cluster and nodes',
  record: 'the record of what was installed',
  deployments: 'Deployments',
  pods: 'pods',
  events: 'events',
  services: 'addresses',
  claims: 'claims',
  volumes: 'volumes',
  dateMs: "the API server's clock",
};

/** The status, from what was seen and what the services said. */
export function makeStatus(
  {
    release,
    namespace,
    seen,
  }: { readonly release: Release; readonly namespace: string; readonly seen: readonly SeenService[] },
  parts: Parts,
  context: StatusContext,
): StatusReport {
  const record = readOr(parts.record, undefined);
  const cluster = readOr(parts.cluster, undefined);
  const name = record?.release === release.release ? release.title : record?.release;
  return {
    namespace,
    isInstalled: seen.length > 0,
    ...(record?.verified ? { verified: ageOf(record.verified, context.nowMs) } : {}),
    ...(record ? { release: { name: name ?? '', version: record.version, database: record.database } } : {}),
    ...(cluster
      ? {
          cluster: {
            version: cluster.version,
            distribution: cluster.distribution,
            nodes: cluster.nodes.map((node) => ({ name: node.name, isReady: node.ready })),
          },
        }
      : {}),
    services: describeServices(seen, parts, context),
    storage: describeStorage(readOr(parts.claims, []), readOr(parts.volumes, []), namespace),
    unknown: (Object.keys(names) as (keyof Parts)[]).flatMap((key) => {
      const part: Part<unknown> = parts[key];
      return 'error' in part ? [{ what: names[key], reason: part.error.cause }] : [];
    }),
  };
}

function ageOf({ verdict, atMs }: Verified, nowMs: number): NonNullable<StatusReport['verified']> {
  return { verdict, ageMs: Math.max(0, nowMs - atMs) };
}
