import type { KubeObject } from '../base/kube-types.ts';
import { type ConfigTrees, expandConfiguration, type Overrides } from './configuration.ts';
import { renderFiles } from './files.ts';
import { gatesOf } from './gates.ts';
import type { ServiceRow } from './release.ts';
import { configurationDigest } from './seed.ts';
import { imageFor } from './select.ts';
import type { Plan, PlannedService, ServiceConfiguration } from './types.ts';
import { renderDeployment, renderService } from './workload.ts';

/** One service more for an installation that is there. */
export interface Addition {
  readonly service: PlannedService;
  /** Its settings in the registry; absent for a service that has none. */
  readonly configuration?: ServiceConfiguration;
  /** In the order in which they are applied. */
  readonly objects: readonly KubeObject[];
}

/** A Secret whose entries are files of the service's container. */
export interface SecretFolder {
  readonly secret: string;
  readonly path: string;
}

export interface AdditionOptions {
  readonly trees: ConfigTrees;
  readonly overrides: Overrides[string];
  /** Of its objects. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly secretFolder?: SecretFolder;
}

/**
 * What it takes to add a service of the release to an installation without a look at anything else of it.
 * @throws BootError `preflight` when there is no image of it for the architecture, `usage` for an override that doesn't fit.
 */
export function planAddition(
  plan: Plan,
  { name, row }: { readonly name: string; readonly row: ServiceRow },
  { trees, overrides, annotations, secretFolder }: AdditionOptions,
): Addition {
  const { release, namespace, database, architecture, toolsImage } = plan;
  const isSeeded = row.configuration === 'seeded' && row.registration !== undefined;
  const [configuration] = isSeeded
    ? expandConfiguration(trees, { database, pristine: false, services: [name], overrides: { [name]: overrides } })
    : [];
  const services = new Map(plan.services.map((each) => [each.name, each.row]));
  const digests = new Map(configuration ? [[name, configurationDigest(configuration.keys)]] : []);
  const service: PlannedService = {
    name,
    row,
    image: imageFor(name, row, architecture),
    gates: gatesOf(name, row, { release, database, services, digests }),
  };
  const context = { release, namespace, architecture, toolsImage };
  const objects = [
    ...renderFiles(service, context),
    renderService(service, context),
    withSecret(renderDeployment(service, context), secretFolder),
  ];
  return {
    service,
    ...(configuration ? { configuration } : {}),
    objects: objects.map((object) => ({ ...object, metadata: { ...object.metadata, annotations } })),
  };
}

interface PodSpec {
  readonly containers: readonly { readonly volumeMounts?: readonly object[] }[];
  readonly volumes?: readonly object[];
}

const secretVolume = 'secret-files';

function withSecret(deployment: KubeObject, folder: SecretFolder | undefined): KubeObject {
  if (!folder) return deployment;
  const spec = deployment.spec as { readonly template: { readonly spec: PodSpec } };
  const { containers, volumes = [] } = spec.template.spec;
  const mount = { name: secretVolume, mountPath: folder.path, readOnly: true };
  const pod: PodSpec = {
    ...spec.template.spec,
    containers: containers.map((each) => ({ ...each, volumeMounts: [...(each.volumeMounts ?? []), mount] })),
    volumes: [...volumes, { name: secretVolume, secret: { secretName: folder.secret } }],
  };
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: pod } } };
}
