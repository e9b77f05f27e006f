import type { Deployment, KubeObject } from '../../base/kube-types.ts';
import type { Patience } from '../../consul/ask.ts';
import { consulStore } from '../../consul/kv.ts';
import { foldersOf } from '../../plan/configuration.ts';
import type { ServiceRow } from '../../plan/release.ts';
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
  /** Its Deployment, where it is there to stay. */
  readonly resident?: Deployment;
}

/** Undefined where the release has none. */
export async function findExportService({ kube, plan }: TrialContext): Promise<ExportService | undefined> {
  const { namespace, release } = plan;
  for (const [name, row] of Object.entries(release.services)) {
    if (!row.exports) continue;
    const live = await kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
    return { name, row, exports: row.exports, ...(isResident(live) ? { resident: live as Deployment } : {}) };
  }
  return undefined;
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
  wanted: Partial<Record<SettingsComparison['wantedBy'], Partial<ExportTarget>>>,
): SettingsComparison {
  const { row, name, exports, resident } = service;
  const sources = { registry: wanted.registry, options: wanted.options, environment: environmentOf(resident, service) };
  for (const wantedBy of ['environment', 'options', 'registry'] as const) {
    const differences = differencesBetween(sources[wantedBy] ?? {}, running);
    if (differences.length === 0) continue;
    const sets = differences
      .filter(({ field }) => field !== 'Password')
      .map(({ field, wanted: value }) => `--set ${row.alias ?? name}/${exports.addressable}/${field}=${value}`);
    const remedy =
      wantedBy === 'registry'
        ? `Start it anew: kubectl rollout restart deployment/${name}`
        : `Put it into Consul: edgex-boot install --with ${row.alias ?? name} ${sets.join(' ')}`;
    return { differences, wantedBy, remedy };
  }
  return { differences: [], wantedBy: 'registry', remedy: '' };
}

interface PodTemplate {
  readonly spec?: {
    readonly containers?: readonly {
      readonly name: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

function environmentOf(
  deployment: KubeObject | undefined,
  { exports }: ExportService,
): Partial<ExportTarget> | undefined {
  const template = (deployment as Deployment | undefined)?.spec.template as PodTemplate | undefined;
  const environment = template?.spec?.containers?.flatMap(({ env = [] }) => env);
  return environment && targetInEnvironment(environment, exports.addressable);
}
