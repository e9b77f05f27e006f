import * as z from 'zod';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson } from '../../consul/ask.ts';
import type { Reach } from '../../consul/reach.ts';
import type { Plan, PlannedService } from '../../plan/types.ts';
import { endpointOfRole } from '../../verify/device-services.ts';
import { isDeviceKnown } from '../../verify/devices.ts';
import type { Answer, DeviceFacts, RecentEvents } from '../../verify/facts.ts';
import { askService } from './ask.ts';

export interface DevicesContext {
  readonly reach: Reach;
  readonly patience: () => Patience;
  /**
   * Of the last minutes; undefined where they can't be read. Reading a device makes an event, so whoever does it waits
   * for these, and reads no device that has sent by itself: nobody shall take our own event for one of a device.
   */
  readonly recentEvents: () => Promise<RecentEvents | undefined>;
  /** By the node's clock, in milliseconds since 1970; undefined while it isn't ready. */
  readonly readySince: (service: string) => Promise<number | undefined>;
}

/** Go writes an empty list as `null` at times. */
const devicesSchema = z.array(z.object({ name: z.string() })).nullable();

/**
 * The devices that the plan's device services make, whether they are in the database, and known to their service.
 * @throws BootError `timeout` when a service doesn't answer
 */
export async function readDevices(plan: Plan, context: DevicesContext): Promise<readonly DeviceFacts[]> {
  const metadata = endpointOfRole(plan, 'metadata');
  if (!metadata) return [];
  const services = plan.services.filter(({ row }) => row.devices !== undefined);
  return (await Promise.all(services.map((service) => devicesOf(service, metadata, context)))).flat();
}

async function devicesOf(
  service: PlannedService,
  metadata: Endpoint,
  { reach, patience, recentEvents, readySince }: DevicesContext,
): Promise<readonly DeviceFacts[]> {
  const registration = service.row.registration ?? service.name;
  const path = `/api/v1/device/servicename/${encodeURIComponent(registration)}`;
  const registered = await askUntil(
    reach,
    metadata,
    { path },
    (answer) => {
      if (answer.status === 404) return { value: [] };
      const found = answer.status === 200 ? devicesSchema.safeParse(parseJson(answer.body)) : undefined;
      return found?.success ? { value: (found.data ?? []).map(({ name }) => name) } : { later: describeAnswer(answer) };
    },
    patience(),
  );
  const sinceMs = await readySince(service.name);
  const recent = await recentEvents();
  const hasSent = (name: string): boolean =>
    recent?.events.some(({ device, createdMs }) => device === name && createdMs >= (sinceMs ?? 0)) ?? false;
  const deviceService = { service: service.name, port: service.row.ports[0]?.port ?? 0, registration };
  return Promise.all(
    Object.entries(service.row.devices ?? {}).map(async ([device, resource]): Promise<DeviceFacts> => {
      const isRegistered = registered.includes(device);
      if (!isRegistered || sinceMs === undefined) return { service: service.name, device, isRegistered };
      const watch = { reach, deviceService, patience: patience() };
      const isKnown = hasSent(device) || (await isDeviceKnown(watch, device, resource));
      return { service: service.name, device, isRegistered, isKnown };
    }),
  );
}

/**
 * Sends a command to one device of each device service, the way that people's programs take, and gives what came back.
 * It is the one that has sent most, so that the events that this makes hide no device that is silent.
 */
export async function readCommands(
  plan: Plan,
  { reach, recentEvents, readySince }: DevicesContext,
): Promise<readonly { readonly device: string; readonly answer: Answer }[]> {
  const commands = endpointOfRole(plan, 'commands');
  if (!commands || (await readySince(commands.service)) === undefined) return [];
  const recent = await recentEvents();
  const sentBy = (name: string): number => recent?.events.filter(({ device }) => device === name).length ?? 0;
  const asked = plan.services.flatMap(({ row }) =>
    Object.entries(row.devices ?? {})
      .toSorted(([a], [b]) => sentBy(b) - sentBy(a))
      .slice(0, 1),
  );
  return Promise.all(
    asked.map(async ([device, resource]) => {
      const path = `/api/v1/device/name/${encodeURIComponent(device)}/command/${encodeURIComponent(resource)}`;
      return { device, answer: await askService(reach, commands, path) };
    }),
  );
}
