import { BootError } from '../../base/errors.ts';
import type { Deployment } from '../../base/kube-types.ts';
import type { Patience } from '../../consul/ask.ts';
import { consulStore } from '../../consul/kv.ts';
import { planAddition } from '../../plan/addition.ts';
import { foldersOf } from '../../plan/configuration.ts';
import { isManaged } from '../../plan/ownership.ts';
import type { ServiceRow } from '../../plan/release.ts';
import type { PlannedService } from '../../plan/types.ts';
import {
  differencesBetween,
  type ExportTarget,
  targetFrom,
  targetInEnvironment,
} from '../../verify/export-settings.ts';
import type { SettingsComparison } from '../../verify/export-trial.ts';
import { registryOf } from '../stages/run.ts';
import type { TrialContext } from './context.ts';
import { isResident } from './guest.ts';

/** The release's service that exports events, and what is there of it. */
export interface ExportService {
  readonly name: string;
  readonly row: ServiceRow;
  readonly exports: NonNullable<ServiceRow['exports']>;
  /** Absent where it isn't there, or only left behind by another trial. */
  readonly resident?: { readonly planned: PlannedService; readonly deployment: Deployment };
}

/** @throws BootError where the release has none, where it is somebody else's, and where half of it is missing */
export async function findExportService({ kube, plan, trees }: TrialContext): Promise<ExportService> {
  const { namespace, release } = plan;
  for (const [name, row] of Object.entries(release.services)) {
    const { exports } = row;
    if (!exports) continue;
    const service = { name, row, exports };
    const live = await kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
    const planned = plan.services.find((each) => each.name === name);
    if (live && !isManaged(live)) throw unusable(name, 'somebody else has made it', 'Check it with a client of MQTT.');
    if (!live && planned) throw unusable(name, 'it is installed, but has no Deployment', again(namespace));
    if (!live || !isResident(live)) return service;
    const own = planned ?? planAddition(plan, service, { trees, overrides: {}, annotations: {} }).service;
    return { ...service, resident: { planned: own, deployment: live as Deployment } };
  }
  throw unusable(release.title, 'it has no service that exports events', 'Leave --mqtt out.');
}

function unusable(object: string, cause: string, hint: string): BootError {
  return new BootError({ exit: 'verify', object, cause, hint });
}

/** Where the registry says that it sends to; undefined where it has no settings there. */
export async function readConfigured(
  { name, exports }: ExportService,
  { reach, plan, trees }: TrialContext,
  patience: Patience,
): Promise<ExportTarget | undefined> {
  const store = consulStore(reach, registryOf(plan), patience);
  for (const folder of foldersOf(trees, name)) {
    const path = `${folder}/${exports.addressable}/`;
    const stored = await store.read(path);
    if (stored.size > 0) return targetFrom((field) => stored.get(`${path}${field}`)?.value);
  }
  return undefined;
}

/**
 * Compares what the running service goes by with whoever has a say in it. What the options want of a service that is
 * there is told, not done.
 */
export function compareSettings(
  service: ExportService,
  running: ExportTarget,
  wanted: { readonly registry?: ExportTarget; readonly options?: Partial<ExportTarget> },
  namespace: string,
): SettingsComparison {
  const { row, name, exports } = service;
  const sources = { ...wanted, environment: environmentOf(service) };
  for (const wantedBy of ['environment', 'options', 'registry'] as const) {
    const differences = differencesBetween(sources[wantedBy] ?? {}, running);
    if (differences.length === 0) continue;
    const sets = differences
      .filter(({ field }) => field !== 'Password')
      .map(({ field, wanted: value }) => `--set ${row.alias ?? name}/${exports.addressable}/${field}=${value}`);
    const remedy =
      wantedBy === 'registry'
        ? `Start it anew: kubectl -n ${namespace} rollout restart deployment/${name}`
        : `Put it into Consul. ${again(namespace, `--with ${row.alias ?? name} ${sets.join(' ')}`)}`;
    return { differences, wantedBy, remedy };
  }
  return { differences: [], wantedBy: 'registry', remedy: '' };
}

/** What `install` isn't told again it takes back: a registry, a service, a setting. */
function again(namespace: string, more = ''): string {
  const options = `the same options (--namespace ${namespace})`;
  return more === '' ? `Run install again with ${options}.` : `Run install again with ${options} and ${more}`;
}

interface PodTemplate {
  readonly spec?: {
    readonly containers?: readonly {
      readonly name: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

function environmentOf({ resident, exports }: ExportService): Partial<ExportTarget> {
  const template = resident?.deployment.spec.template as PodTemplate | undefined;
  const environment = (template?.spec?.containers ?? []).flatMap(({ env = [] }) => env);
  return targetInEnvironment(environment, exports.addressable);
}
