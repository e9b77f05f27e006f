import { BootError } from '../base/errors.ts';
import type { KubeObject } from '../base/kube-types.ts';
import type { ClusterFacts, InstalledFacts } from '../facts/types.ts';
import { claimLabel, serviceLabel } from './labels.ts';
import { isManaged, isOurs } from './ownership.ts';
import type { Architecture, Database, Release, ServiceRow } from './release.ts';

export interface DatabaseFacts {
  readonly cluster: ClusterFacts;
  readonly installed: InstalledFacts;
}

/**
 * The database of an installation. One that is there stays, as do data of one that was taken away, since they would not
 * come along. Else `auto` takes
 * what the release names for the architecture of the nodes, ready or not, so that it is the same at every try; where
 * they differ, or the release doesn't know one, what it names for mixed clusters.
 * @param facts absent where no cluster was asked, as for `render`; then `architecture` alone decides
 * @throws BootError `preflight` when another database than the installed one is asked for.
 */
export function chooseDatabase(
  release: Release,
  wish: Database | 'auto',
  architecture: Architecture,
  facts?: DatabaseFacts,
): Database {
  const installed = facts && installedDatabase(release, facts.installed);
  if (installed === undefined) {
    const architectures = facts?.cluster.nodes.map((node) => node.architecture) ?? [architecture];
    return wish === 'auto' ? automatic(release, architectures) : wish;
  }
  if (wish === 'auto' || wish === installed) return installed;
  throw new BootError({
    exit: 'preflight',
    object: `--database ${wish}`,
    cause: `namespace ${facts?.installed.namespace.name} has ${installed}, and its data would stay behind`,
    hint: `Leave the option away to keep ${installed}, or install into another namespace with --namespace.`,
  });
}

function automatic({ databases }: Release, architectures: readonly string[]): Database {
  const byArchitecture: Readonly<Record<string, Database>> = databases.auto;
  const [database, ...others] = new Set(architectures.map((architecture) => byArchitecture[architecture]));
  return database !== undefined && others.length === 0 ? database : databases.mixed;
}

/** The one that runs; else the one whose data were kept when all else was taken away. */
function installedDatabase(release: Release, { objects, namespace }: InstalledFacts): Database | undefined {
  const [running] = databasesOf(release, (name) =>
    objects.some((object) => object.kind === 'Deployment' && isManaged(object) && serviceOf(object) === name),
  );
  if (running !== undefined) return running;
  const [kept, ...others] = databasesOf(release, (_, { claims }) =>
    objects.some((object) => holdsData(object, namespace.name) && claims.some(({ name }) => name === claimOf(object))),
  );
  return others.length === 0 ? kept : undefined;
}

function databasesOf({ services }: Release, isThere: (name: string, row: ServiceRow) => boolean): readonly Database[] {
  return Object.entries(services).flatMap(([name, row]) => (row.database && isThere(name, row) ? [row.database] : []));
}

function holdsData(object: KubeObject, namespace: string): boolean {
  const { kind } = object;
  return (kind === 'PersistentVolumeClaim' || kind === 'PersistentVolume') && isOurs(object, namespace);
}

function serviceOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[serviceLabel];
}

function claimOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[claimLabel];
}
