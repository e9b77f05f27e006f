import * as z from 'zod';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson, type Reading } from '../consul/ask.ts';
import type { KeyValueStore } from '../consul/kv.ts';
import type { Reach } from '../consul/reach.ts';
import type { HttpAnswer } from '../kube/types.ts';
import { readEventCounts } from './events.ts';

/**
 * A device service registers its devices at its first start, and the metadata service calls it back for each, at once,
 * through its Service. Where that doesn't lead to the pod yet, the call is lost: the device is in the database, its own
 * service doesn't know it, no event ever comes, and everything looks healthy. Later starts load all devices from the
 * database, so the first one decides. The cure is to repeat the call; a device that is loaded takes no harm.
 */

export interface DeviceWatch {
  readonly reach: Reach;
  /** The service that keeps the devices. */
  readonly metadata: Endpoint;
  /** The service that counts events. */
  readonly events: Endpoint;
  readonly deviceService: Endpoint & {
    /** Its name in the database. */
    readonly registration: string;
  };
  /** The names of the devices that the service makes at its first start. */
  readonly devices: readonly string[];
  /** It has only just made them, so events of their names are of earlier ones, and prove nothing. */
  readonly areNew?: boolean;
  readonly patience: Patience;
}

export interface DevicesResult {
  /** Expected and in the database. */
  readonly devices: readonly string[];
  /** Were unknown to their service, and are loaded now. */
  readonly called: readonly string[];
  readonly alreadyKnown: readonly string[];
  /** In the database, but the service would not load them. */
  readonly missing: readonly MissingDevice[];
  /** Expected, and never made; see {@link repairDeviceKeys}. */
  readonly unregistered: readonly string[];
  /** Expected and not in the database, but they have sent events: somebody took them out. */
  readonly removed: readonly string[];
}

export interface MissingDevice {
  readonly name: string;
  /** The service's words. */
  readonly cause: string;
}

interface Device {
  readonly id: string;
  readonly name: string;
}

/** How long a service that answers may take to put its devices into the database. Measured: under 1 s. */
const registrationMs = 10_000;
/** How long a refused callback may be a matter of the services' own start. */
const refusalMs = 5_000;

/** Go writes an empty list as `null` at times. */
const devicesSchema = z.array(z.object({ id: z.string(), name: z.string() })).nullable();

/**
 * Makes sure that a device service knows its devices. One that has ever sent an event was loaded once, and so is loaded
 * at every start; for each other one the callback is repeated, and its answer tells. A healthy system is only read.
 * @throws BootError `timeout` when a service doesn't answer
 */
export async function loadDevices(watch: DeviceWatch): Promise<DevicesResult> {
  const registered = await awaitRegistration(watch);
  const { byDevice } = await readEventCounts(watch);
  const hasSent = (name: string): boolean => !watch.areNew && (byDevice[name] ?? 0) > 0;
  const results = await Promise.all(
    registered.map(async (device) => ({
      name: device.name,
      ...(hasSent(device.name) ? { outcome: 'known' as const } : await callBack(watch, device)),
    })),
  );
  const names = (outcome: Outcome): readonly string[] =>
    results.filter((result) => result.outcome === outcome).map(({ name }) => name);
  const absent = watch.devices.filter((name) => !registered.some((device) => device.name === name));
  return {
    devices: registered.map(({ name }) => name),
    called: names('loaded'),
    alreadyKnown: names('known'),
    missing: results.flatMap(({ name, outcome, cause = '' }) => (outcome === 'refused' ? [{ name, cause }] : [])),
    unregistered: absent.filter((name) => !hasSent(name)),
    removed: absent.filter(hasSent),
  };
}

/**
 * Whether a device service knows a device, asked by reading a value of it. The service stores what it reads as an event.
 * @throws BootError `timeout` when the service doesn't answer
 */
export async function isDeviceKnown(
  { reach, deviceService, patience }: Pick<DeviceWatch, 'reach' | 'deviceService' | 'patience'>,
  device: string,
  resource: string,
): Promise<boolean> {
  const path = `/api/v1/device/name/${encodeURIComponent(device)}/${encodeURIComponent(resource)}`;
  return askUntil(reach, deviceService, { path }, ({ status }) => ({ value: status !== 404 }), patience);
}

/**
 * For a service that finds its own settings, but not its devices in the database: it makes its devices only at a
 * start that finds no settings. Deletes them; the caller then restarts its pod, and calls {@link loadDevices} again.
 * @param folder where the service keeps its settings, with a slash at the end
 */
export async function repairDeviceKeys(store: KeyValueStore, folder: string): Promise<void> {
  await store.deleteFolder(folder);
}

/** The expected devices that are in the database, as soon as all are or the service had time enough. */
async function awaitRegistration(watch: DeviceWatch): Promise<readonly Device[]> {
  const { reach, metadata, deviceService, patience } = watch;
  await askUntil(reach, deviceService, { path: '/api/v1/ping' }, readPing, patience);
  const path = `/api/v1/device/servicename/${encodeURIComponent(deviceService.registration)}`;
  const graceOverMs = Math.min(patience.clock.now() + registrationMs, patience.deadlineMs);
  return askUntil(
    reach,
    metadata,
    { path },
    (answer) => {
      const all = answer.status === 404 ? [] : readDevices(answer);
      if (!all) return { later: describeAnswer(answer) };
      const expected = all.filter(({ name }) => watch.devices.includes(name));
      const isComplete = expected.length === watch.devices.length || patience.clock.now() >= graceOverMs;
      return isComplete ? { value: expected } : { later: 'has not all devices yet' };
    },
    patience,
  );
}

function readPing(answer: HttpAnswer): Reading<true> {
  return answer.status === 200 ? { value: true } : { later: describeAnswer(answer) };
}

function readDevices({ status, body }: HttpAnswer): readonly Device[] | undefined {
  const devices = devicesSchema.safeParse(parseJson(body));
  return status === 200 && devices.success ? (devices.data ?? []) : undefined;
}

type Outcome = 'loaded' | 'known' | 'refused';

async function callBack(
  { reach, deviceService, patience }: DeviceWatch,
  device: Device,
): Promise<{ readonly outcome: Outcome; readonly cause?: string }> {
  const body = JSON.stringify({ type: 'DEVICE', id: device.id });
  const request = { method: 'POST', path: '/api/v1/callback', body } as const;
  const graceOverMs = Math.min(patience.clock.now() + refusalMs, patience.deadlineMs);
  return askUntil(
    reach,
    deviceService,
    request,
    (answer): Reading<{ outcome: Outcome; cause?: string }> => {
      if (answer.status === 200) return { value: { outcome: 'loaded' } };
      if (/already existed/.test(answer.body)) return { value: { outcome: 'known' } };
      const cause = describeAnswer(answer);
      return patience.clock.now() < graceOverMs ? { later: cause } : { value: { outcome: 'refused', cause } };
    },
    patience,
  );
}
