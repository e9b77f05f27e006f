import { randomUUID } from 'node:crypto';
import { call } from '../net/client.ts';
import type { Answer, Route } from '../net/server.ts';
import type { Core } from './service.ts';

export interface Addressable {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

export interface DeviceService {
  readonly id: string;
  readonly name: string;
  readonly addressable: Addressable;
}

export interface DeviceProfile {
  readonly id: string;
  readonly name: string;
  readonly coreCommands: readonly { readonly id: string; readonly name: string }[];
}

export interface AutoEvent {
  readonly resource: string;
  readonly frequency: string;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly service: DeviceService;
  readonly profile: DeviceProfile;
  readonly autoEvents: readonly AutoEvent[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A reference as POST bodies have it: to something that exists, by name. */
interface Posted {
  readonly name: string;
  readonly service?: { readonly name: string };
  readonly profile?: { readonly name: string };
  readonly addressable?: { readonly name: string };
  readonly coreCommands?: readonly { readonly name: string }[];
}

/** core-metadata: addressables, device services, profiles and devices by name, and the callback for a new device. */
export function openMetadata(core: Core): readonly Route[] {
  const plain = async (posted: Posted): Promise<object> => posted;
  return [
    ['GET', '/api/v1/device/servicename/{service}', ({ params }) => devicesOf(core, params.service ?? '')],
    ...resource(
      core,
      'device',
      (posted) => resolveDevice(core, posted),
      (device) => callBack(core, device as Device),
    ),
    ...resource(core, 'deviceservice', (posted) => resolveService(core, posted)),
    ...resource(core, 'deviceprofile', async (posted) => withCommandIds(posted)),
    ...resource(core, 'addressable', plain),
  ];
}

/** The routes that all four have. A name that is taken answers 409. */
function resource(
  { store }: Core,
  kind: string,
  resolve: (posted: Posted) => Promise<object | undefined>,
  created: (document: Named) => void = () => undefined,
): readonly Route[] {
  const byName = async (name = ''): Promise<Answer> => found(await store.get<Named>(kind, name));
  const byId = async (id = ''): Promise<Answer> => found((await store.all<Named>(kind)).find((item) => item.id === id));
  return [
    ['GET', `/api/v1/${kind}`, async () => ({ body: await store.all<Named>(kind) })],
    ['GET', `/api/v1/${kind}/name/{name}`, ({ params }) => byName(params.name)],
    ['GET', `/api/v1/${kind}/{id}`, ({ params }) => byId(params.id)],
    [
      'DELETE',
      `/api/v1/${kind}/name/{name}`,
      async ({ params }) => {
        await store.remove(kind, params.name ?? '');
        return { body: 'true' };
      },
    ],
    [
      'POST',
      `/api/v1/${kind}`,
      async ({ body }) => {
        const posted = JSON.parse(body) as Posted;
        if (await store.get(kind, posted.name)) return { status: 409, body: `duplicate name for ${kind}` };
        const resolved = await resolve(posted);
        if (!resolved) return { status: 404, body: 'Item not found' };
        const document: Named = { ...resolved, id: randomUUID(), name: posted.name };
        await store.put(kind, posted.name, document);
        created(document);
        return { body: document.id };
      },
    ],
  ];
}

function found(document: unknown): Answer {
  return document === undefined ? { status: 404, body: 'Item not found' } : { body: document };
}

async function devicesOf({ store }: Core, service: string): Promise<Answer> {
  if (!(await store.get('deviceservice', service))) return { status: 404, body: 'Item not found' };
  const devices = await store.all<Device>('device');
  return { body: devices.filter((device) => device.service.name === service) };
}

async function resolveDevice({ store }: Core, posted: Posted): Promise<object | undefined> {
  const service = await store.get<DeviceService>('deviceservice', posted.service?.name ?? '');
  const profile = await store.get<DeviceProfile>('deviceprofile', posted.profile?.name ?? '');
  return service && profile && { adminState: 'UNLOCKED', operatingState: 'ENABLED', ...posted, service, profile };
}

async function resolveService({ store }: Core, posted: Posted): Promise<object | undefined> {
  const addressable = await store.get<Addressable>('addressable', posted.addressable?.name ?? '');
  return addressable && { adminState: 'UNLOCKED', operatingState: 'ENABLED', ...posted, addressable };
}

function withCommandIds(posted: Posted): object {
  const coreCommands = (posted.coreCommands ?? []).map((command) => ({ ...command, id: randomUUID() }));
  return { ...posted, coreCommands };
}

/**
 * Tells the device service of its new device, through the address that it registered, once. When that fails it is
 * logged and forgotten: the device exists from now on and its service doesn't know it.
 */
function callBack({ stage }: Core, device: Device): void {
  if (stage.faults.noCallback) return;
  const { address, port, path } = device.service.addressable;
  const url = `http://${address}:${port}${path}`;
  call({ method: 'POST', url, body: { type: 'DEVICE', id: device.id } }).then(
    ({ status, body }) => {
      if (status !== 200) stage.log.error(`Post "${url}": status ${status}: ${body}`);
    },
    (error: Error) => stage.log.error(error.message),
  );
}
