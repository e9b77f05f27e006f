import { BootError } from '../base/errors.ts';
import type { Deployment, KubeObject } from '../base/kube-types.ts';
import { gatesOf } from './gates.ts';
import { readInventory } from './inventory.ts';
import { serviceLabel } from './labels.ts';
import { isManaged } from './ownership.ts';
import type { Database, Release } from './release.ts';
import type { PlannedService } from './types.ts';

/** A service of the release as it is installed, whatever the options of this run would choose. */
export interface InstalledService extends PlannedService {
  readonly deployment: Deployment;
}

/**
 * The services that are installed in a namespace, in the release's order. Those that the release doesn't know are left
 * out.
 */
export function installedServices(
  release: Release,
  database: Database,
  objects: readonly KubeObject[],
): readonly InstalledService[] {
  const deployments = new Map(
    objects
      .filter((object) => object.kind === 'Deployment' && isManaged(object))
      .map((object) => [object.metadata.labels?.[serviceLabel], object as Deployment]),
  );
  const rows = Object.entries(release.services).filter(([name]) => deployments.has(name));
  const services = new Map(rows);
  return rows.flatMap(([name, row]) => {
    const deployment = deployments.get(name);
    if (!deployment) return [];
    const gates = gatesOf(name, row, { release, database, services, digests: new Map() });
    return [{ name, row, gates, deployment, image: imageOf(deployment) }];
  });
}

function imageOf({ spec }: Deployment): string {
  const { spec: pod } = (spec.template ?? {}) as {
    readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
  };
  return pod?.containers?.[0]?.image ?? '';
}

/**
 * Makes sure that there is an installation, and that it is of this release.
 * @param services what {@link installedServices} found
 * @throws BootError `preflight` otherwise
 */
export function requireInstallation(
  { release, version }: Pick<Release, 'release' | 'version'>,
  services: readonly InstalledService[],
  objects: readonly KubeObject[],
  namespace: string,
): void {
  const inventory = readInventory(objects, namespace);
  if (services.length === 0) {
    throw new BootError({
      exit: 'preflight',
      object: `namespace/${namespace}`,
      cause: 'edgex-boot has installed nothing there',
      hint: 'Name the namespace of the installation with --namespace. Where only data are left, install takes them up.',
    });
  }
  if (!inventory || (inventory.release === release && inventory.version === version)) return;
  throw new BootError({
    exit: 'preflight',
    object: `namespace/${namespace}`,
    cause: `${inventory.release} ${inventory.version} is installed there, and this program knows ${release} ${version}`,
    hint: 'Take the program that installed it.',
  });
}
