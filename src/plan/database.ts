import { BootError } from '../base/errors.ts';
import type { ClusterFacts, InstalledFacts } from '../facts/types.ts';
import { serviceLabel } from './labels.ts';
import { isManaged } from './ownership.ts';
import type { Architecture, Database, Release } from './release.ts';

export interface DatabaseFacts {
  readonly cluster: ClusterFacts;
  readonly installed: InstalledFacts;
}

/**
 * The database of an installation. One that is there stays, since its data would not come along. Else `auto` takes
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
    cause: `${installed} is installed in namespace ${facts?.installed.namespace.name}, and its data would stay behind`,
    hint: `Leave the option away to keep ${installed}, or install into another namespace with --namespace.`,
  });
}

function automatic({ databases }: Release, architectures: readonly string[]): Database {
  const byArchitecture: Readonly<Record<string, Database>> = databases.auto;
  const [database, ...others] = new Set(architectures.map((architecture) => byArchitecture[architecture]));
  return database !== undefined && others.length === 0 ? database : databases.mixed;
}

function installedDatabase(release: Release, { objects }: InstalledFacts): Database | undefined {
  for (const object of objects) {
    if (object.kind !== 'Deployment' || !isManaged(object)) continue;
    const service = object.metadata.labels?.[serviceLabel];
    const database = service === undefined ? undefined : release.services[service]?.database;
    if (database !== undefined) return database;
  }
  return undefined;
}
