import type { Deployment, KubeObject } from '../../base/kube-types.ts';
import type { InstalledFacts } from '../../facts/types.ts';
import { readInventory } from '../../plan/inventory.ts';
import { architectureLabel } from '../../plan/labels.ts';
import { isManaged } from '../../plan/ownership.ts';
import { makePlan } from '../../plan/plan.ts';
import type { Architecture, Database, Release } from '../../plan/release.ts';
import type { Plan } from '../../plan/types.ts';
import type { Installation } from '../../verify/facts.ts';
import type { LoadedRelease } from '../release.ts';

/** What is there of an installation, by its own record; one without it counts as none. */
export function installationOf({ namespace, objects }: InstalledFacts): Installation {
  const inventory = readInventory(objects, namespace.name);
  return {
    exists: inventory !== undefined,
    terminating: namespace.terminating,
    version: inventory?.version ?? '',
    storage: inventory?.storage ?? '',
    ...(inventory?.verified ? { verifiedMs: inventory.verified.atMs } : {}),
  };
}

/**
 * The plan of an installation as it was chosen: its record says which services it has, which database, and from which
 * mirror its images come, so that nobody has to repeat the options of `install`. The cluster isn't asked for it, since
 * it may be ill.
 * @throws BootError as `makePlan`
 */
export function planOf(given: LoadedRelease, { namespace, objects }: InstalledFacts): Plan {
  const inventory = readInventory(objects, namespace.name);
  const { registry } = inventory ?? {};
  const loaded = (registry !== undefined && given.fromMirror?.(registry)) || given;
  const { release } = loaded;
  const deployments = inventory?.objects.filter(({ kind }) => kind === 'Deployment').map(({ name }) => name);
  const optional = (wish: 'installed' | 'requested'): readonly string[] =>
    Object.entries(release.services).flatMap(([name, row]) => (row.optional === wish ? [name] : []));
  return makePlan({
    ...loaded,
    namespace: namespace.name,
    database: databaseOf(release, inventory?.database),
    architecture: architectureOf(release, objects),
    with: deployments ? optional('requested').filter((name) => deployments.includes(name)) : [],
    without: deployments ? optional('installed').filter((name) => !deployments.includes(name)) : [],
    storage: 'auto',
    size: [],
  });
}

function databaseOf({ databases }: Release, name: string | undefined): Database | 'auto' {
  return databases.choices.find((choice) => choice === name) ?? 'auto';
}

/** The one that the installed workloads ask for. */
function architectureOf({ architectures }: Release, objects: readonly KubeObject[]): Architecture {
  const wanted = objects.filter((object) => object.kind === 'Deployment' && isManaged(object)).flatMap(selectedBy);
  return architectures.find((each) => wanted.includes(each)) ?? architectures[0] ?? 'amd64';
}

function selectedBy(object: KubeObject): readonly string[] {
  const template = (object as Deployment).spec.template as PodTemplate | undefined;
  const architecture = template?.spec?.nodeSelector?.[architectureLabel];
  return architecture === undefined ? [] : [architecture];
}

interface PodTemplate {
  readonly spec?: { readonly nodeSelector?: Readonly<Record<string, string>> };
}
