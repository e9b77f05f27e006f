import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import type { Endpoint, Patience } from '../consul/ask.ts';
import type { KeyValueStore } from '../consul/kv.ts';
import type { Reach } from '../consul/reach.ts';
import type { KubeClient } from '../kube/types.ts';
import { type ConfigTrees, foldersOf } from '../plan/configuration.ts';
import type { ServiceRow } from '../plan/release.ts';
import type { Plan, PlannedService } from '../plan/types.ts';
import { type DevicesResult, type DeviceWatch, loadDevices, repairDeviceKeys } from './devices.ts';
import { deletePods, readPods } from './pods.ts';

export interface DeviceServicesContext {
  readonly kube: Pick<KubeClient, 'list' | 'delete'>;
  readonly reach: Reach;
  readonly store: KeyValueStore;
  readonly trees: ConfigTrees;
  /** For one wait, beginning now: a restart between two takes as long as it takes. */
  readonly patience: () => Patience;
  readonly emit: Emit;
  /** Waits until a service is ready again. */
  readonly awaitReady: (service: string) => Promise<void>;
}

/**
 * Makes sure that every device service of the plan knows its devices; see {@link loadDevices}. One that found its own
 * settings but not its devices in the database makes none any more: its settings are taken away and its pod is started
 * anew, once.
 * @returns how many writes it took, apart from those to the API server
 * @throws BootError `verify` with the devices that can't be loaded, `timeout` when a service doesn't answer.
 */
export async function settleDeviceServices(plan: Plan, context: DeviceServicesContext): Promise<number> {
  const metadata = endpointOfRole(plan, 'metadata');
  const events = endpointOfRole(plan, 'events');
  let writes = 0;
  for (const service of plan.services) {
    const devices = Object.keys(service.row.devices ?? {});
    if (!metadata || !events || devices.length === 0) continue;
    const { reach, patience } = context;
    const watch = { reach, metadata, events, deviceService: deviceEndpoint(service), devices, patience: patience() };
    writes += await settle(plan, service, watch, context);
  }
  return writes;
}

/** Where the service answers that has this role; undefined when the plan has none. */
export function endpointOfRole({ services }: Plan, role: NonNullable<ServiceRow['role']>): Endpoint | undefined {
  const found = services.find(({ row }) => row.role === role);
  return found && endpointOf(found);
}

function endpointOf({ name, row }: PlannedService): Endpoint {
  return { service: name, port: row.ports[0]?.port ?? 0 };
}

function deviceEndpoint(service: PlannedService): DeviceWatch['deviceService'] {
  return { ...endpointOf(service), registration: service.row.registration ?? service.name };
}

async function settle(
  plan: Plan,
  service: PlannedService,
  watch: DeviceWatch,
  context: DeviceServicesContext,
): Promise<number> {
  const { emit } = context;
  const first = await loadDevices(watch);
  const isAsMade = first.devices.length > 0 && first.unregistered.length === 0;
  if (isAsMade) return report(service, first, emit);
  const which = first.devices.length === 0 ? 'none of its devices is' : `${first.unregistered.join(', ')} not`;
  const message = `it has its settings, but ${which} in the database; starting it as if for the first time, with new settings`;
  emit({ type: 'warning', object: service.name, message });
  const folders = foldersOf(context.trees, service.name);
  for (const folder of folders) await repairDeviceKeys(context.store, `${folder}/`);
  const pods = await readPods(context.kube, plan.namespace);
  await deletePods(context.kube, pods.get(service.name) ?? []);
  await context.awaitReady(service.name);
  return (
    folders.length + report(service, await loadDevices({ ...watch, areNew: true, patience: context.patience() }), emit)
  );
}

function report(service: PlannedService, result: DevicesResult, emit: Emit): number {
  const { called, missing, unregistered, removed, devices } = result;
  const lost = [
    ...missing.map(({ name, cause }) => `${name}: the service does not load it (${cause})`),
    ...unregistered.map((name) => `${name}: not in the database`),
  ];
  if (lost.length > 0) {
    throw new BootError({
      exit: 'verify',
      object: service.name,
      cause: `it does not know ${lost.length} of its ${devices.length + unregistered.length} devices, so these send nothing`,
      evidence: lost,
      hint: `Look into its log, and run install again.`,
    });
  }
  if (removed.length > 0) {
    const message = `somebody took ${removed.join(', ')} out of the database; that is left as it is`;
    emit({ type: 'warning', object: service.name, message });
  }
  emit({ type: 'fact', name: 'devices', value: `${service.name} knows all ${devices.length}` });
  return called.length;
}
