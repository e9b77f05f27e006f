import { brokenFile } from '../base/asset-yaml.ts';
import type { KubeObject } from '../base/kube-types.ts';
import type { Origin } from '../base/origin.ts';
import type { SourceYaml } from '../base/source-yaml.ts';
import type { ClusterFacts, InstalledFacts, StorageFacts } from '../facts/types.ts';
import { type ConfigTrees, expandConfiguration, type OverridePlace, type Overrides } from './configuration.ts';
import { chooseDatabase } from './database.ts';
import { type ResolvedExposure, renderIngress } from './exposure.ts';
import { renderFiles } from './files.ts';
import { gatesOf, providerOf } from './gates.ts';
import { byUrgency, findCycle, type Graph } from './graph.ts';
import { commonLabels } from './labels.ts';
import { patchObjects } from './patches.ts';
import type { Architecture, Database, Release } from './release.ts';
import { configurationDigest } from './seed.ts';
import { imageFor, selectServices } from './select.ts';
import type { SitePatch } from './site.ts';
import { parseSizes, withSizes } from './sizes.ts';
import { chooseStorage } from './storage.ts';
import type { Plan, PlannedService } from './types.ts';
import { directoriesOf, renderVolumes } from './volumes.ts';
import { renderDeployment, renderService } from './workload.ts';

export interface PlanInput {
  readonly release: Release;
  readonly trees: ConfigTrees;
  readonly namespace: string;
  readonly database: Database | 'auto';
  readonly architecture: Architecture;
  readonly with: readonly string[];
  readonly without: readonly string[];
  /** See {@link StorageInput.wish}. */
  readonly storage: string;
  /** Each `CLAIM=QUANTITY`. */
  readonly size: readonly string[];
  /** Where these come from, for messages; as flags, if it isn't said. */
  readonly origins?: Readonly<Record<'with' | 'without' | 'size', Origin>>;
  readonly overrides: Overrides;
  readonly overridePlace?: OverridePlace;
  /** What a site file says of the rendered objects; what it says of services is in the release already. */
  readonly site?: {
    readonly exposure?: ResolvedExposure;
    readonly patches: readonly SitePatch[];
    readonly source: SourceYaml;
  };
  /** Absent where no cluster was asked, as for `render`. */
  readonly facts?: {
    readonly cluster: ClusterFacts;
    readonly storage: StorageFacts;
    readonly installed: InstalledFacts;
  };
}

/**
 * Everything that an installation is, from the release, the options and the facts. Pure: the same input gives
 * the same plan.
 * @throws BootError `usage` or `preflight` when the options don't fit the release or the cluster, `internal` when the
 *   release's needs go in a circle.
 */
export function makePlan(input: PlanInput): Plan {
  const { release, namespace, architecture } = input;
  const database = chooseDatabase(release, input.database, architecture, input.facts);
  const storage = input.facts?.storage;
  const origin = input.origins?.size;
  const services = withSizes(selectServices(release, { ...input, database }), parseSizes(release, input.size, origin), {
    namespace,
    ...(storage ? { storage } : {}),
    ...(origin ? { origin } : {}),
  });
  const seeded = [...services].filter(([, row]) => row.configuration === 'seeded' && row.registration);
  const configuration = expandConfiguration(input.trees, {
    database,
    pristine: false,
    services: seeded.map(([name]) => name),
    overrides: input.overrides,
    ...(input.overridePlace ? { overridePlace: input.overridePlace } : {}),
  });
  const digests = new Map(configuration.map(({ service, keys }) => [service, configurationDigest(keys)]));
  const choice = chooseStorage({
    wish: input.storage,
    namespace,
    architecture,
    services: [...services.values()],
    ...(input.facts ? { facts: input.facts } : {}),
  });
  const planned = [...services].map(
    ([name, row]): PlannedService => ({
      name,
      row,
      image: imageFor(name, row, architecture),
      gates: gatesOf(name, row, { release, database, services, digests }),
    }),
  );
  const tools = release.services[release.tools.service];
  const toolsImage = tools ? imageFor(release.tools.service, tools, architecture) : '';
  const volumes = { release, namespace, choice, ...(storage ? { storage } : {}) };
  const exposure = input.site?.exposure;
  const workload = { release, namespace, architecture, toolsImage, ...(exposure ? { exposure } : {}) };
  const objects = [
    renderNamespace(release, namespace),
    ...renderVolumes(services.values(), volumes),
    ...planned.flatMap((service) => renderFiles(service, workload)),
    ...planned.map((service) => renderService(service, workload)),
    ...planned.flatMap((service) => renderIngress(service, workload)),
    ...sortByUrgency(planned, `releases/${release.release}.yaml`).map((service) => renderDeployment(service, workload)),
  ];
  const patched = input.site ? patchObjects(objects, input.site.patches, input.site.source) : objects;
  return {
    release,
    namespace,
    database,
    architecture,
    services: planned,
    configuration,
    storage: choice,
    toolsImage,
    directories: directoriesOf(services.values(), volumes),
    objects: patched,
  };
}

/** Service to the services whose answers it waits for. */
export function graphOf(services: readonly Pick<PlannedService, 'name' | 'gates'>[]): Graph {
  return Object.fromEntries(services.map(({ name, gates }) => [name, [...new Set(gates.map(providerOf))]]));
}

/** A small node starts pods about in the order in which it hears of them, so what most wait for comes first. */
function sortByUrgency(services: readonly PlannedService[], file: string): readonly PlannedService[] {
  const graph = graphOf(services);
  const cycle = findCycle(graph);
  if (cycle) throw brokenFile(file, `needs go in a circle: ${cycle.join(' > ')}`);
  const order = byUrgency(graph);
  return services.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** The namespace of an installation. */
export function renderNamespace(release: Release, name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: commonLabels(release) } };
}
