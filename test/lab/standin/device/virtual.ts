import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { flag } from '../args.ts';
import type { Device } from '../core/metadata.ts';
import { metrics, sendLogs } from '../core/service.ts';
import { call } from '../net/client.ts';
import type { Route } from '../net/server.ts';
import { serve } from '../net/server.ts';
import { openConsul, parseRegistry } from '../registry/consul.ts';
import { number, type Settings, text, unflatten } from '../registry/settings.ts';
import { forever, type Stage } from '../stage.ts';
import { type Cache, makeCache } from './cache.ts';
import { deviceVersion } from './defaults.ts';
import { makeEvent, pushEvent } from './events.ts';
import { loadSettings } from './load-settings.ts';
import { provisionDevices, provisionProfiles, registerService } from './provision.ts';

export const serviceName = 'device-virtual';

/** What the parts of the device service share. */
export interface DeviceService {
  readonly stage: Stage;
  readonly settings: Settings;
  /** Base URLs, direct ones: the registry isn't asked for peers. */
  readonly data: string;
  readonly metadata: string;
}

/** device-virtual 1.1.1 and its SDK. */
export async function playDeviceVirtual(stage: Stage): Promise<number | undefined> {
  const registry = stage.env.edgex_registry ?? flag(stage.args, 'registry') ?? '';
  const loaded = await loadSettings(openConsul(parseRegistry(registry) ?? 'edgex-core-consul:8500'), stage);
  if (!loaded) return 1;
  const { settings, isFirst } = loaded;
  sendLogs({ key: serviceName }, settings, stage);
  const service = { stage, settings, data: peer(settings, 'Data'), metadata: peer(settings, 'Metadata') };
  const cache = makeCache(service);
  try {
    if (!(await peersAnswer(service))) throw new Error('core services do not answer');
    await registerService(service);
    await cache.loadKnown();
  } catch (error) {
    // The original discards it: no listener, no exit, and the core coming up later doesn't help.
    stage.log.error(`Start failed: ${error instanceof Error ? error.message : error}`);
    return forever();
  }
  const hasDriver = await initializeDriver(stage);
  await serve(routes(service, cache), { host: undefined, port: number(settings, 'Service/Port') }, stage);
  stage.log.info(text(settings, 'Service/OpenMsg'));
  if (!hasDriver) return undefined;
  try {
    const hasProfiles = await provisionProfiles(service, profilesAreThere(service));
    // A start that finds its keys has no predefined devices: the SDK doesn't read the list back from the registry.
    if (isFirst && hasProfiles) await provisionDevices(service, cache);
  } catch (error) {
    stage.log.error(`Failed to create devices: ${error instanceof Error ? error.message : error}`);
  }
  return undefined;
}

function peer(settings: Settings, name: string): string {
  return `http://${text(settings, `Clients/${name}/Host`)}:${text(settings, `Clients/${name}/Port`)}`;
}

/** Both core services are pinged directly, a few times with the timeout as the pause. */
async function peersAnswer({ stage, settings, data, metadata }: DeviceService): Promise<boolean> {
  const timeoutMs = number(settings, 'Service/Timeout');
  const answers = async (url: string): Promise<boolean> => {
    for (let attempt = 0; attempt < number(settings, 'Service/ConnectRetries'); attempt++) {
      try {
        if ((await call({ url: `${url}/api/v1/ping`, timeoutMs })).status === 200) return true;
      } catch (error) {
        stage.log.error(`checking dependency failed: ${error instanceof Error ? error.message : error}`);
      }
      await stage.sleep(timeoutMs);
    }
    return false;
  };
  const both = await Promise.all([answers(data), answers(metadata)]);
  return both.every(Boolean);
}

/** The driver keeps its values in `./db`. Where that can't be made, the service answers but has no devices. */
async function initializeDriver(stage: Stage): Promise<boolean> {
  try {
    await mkdir('./db', { recursive: true });
    return true;
  } catch (error) {
    stage.log.error(`Driver.Initialize failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** The image has its profiles in the configuration directory; a relative ProfilesDir holds in the image's own directory only. */
function profilesAreThere({ stage, settings }: DeviceService): boolean {
  return resolve(text(settings, 'Device/ProfilesDir')) === resolve(flag(stage.args, 'confdir') ?? './res');
}

function routes(service: DeviceService, cache: Cache): readonly Route[] {
  const { settings, metadata } = service;
  const read = (device: Device | undefined, command = '') => {
    const event = device && makeEvent(device, command);
    if (!event) return { status: 404, body: `${command}: not found` };
    // Whatever is read of a device is an event of it, whoever asked.
    pushEvent(service, event);
    return { body: event };
  };
  return [
    // Its version, where all others say pong.
    ['GET', '/api/v1/ping', () => ({ body: deviceVersion })],
    ['GET', '/api/version', () => ({ body: { version: deviceVersion, sdk_version: deviceVersion } })],
    ['GET', '/api/v1/config', () => ({ body: unflatten(settings) })],
    ['GET', '/api/v1/metrics', () => ({ body: metrics() })],
    [
      'GET',
      '/api/v1/device/name/{name}/{command}',
      ({ params }) => read(cache.byName(params.name ?? ''), params.command),
    ],
    ['GET', '/api/v1/device/{id}/{command}', ({ params }) => read(cache.byId(params.id ?? ''), params.command)],
    [
      'POST',
      '/api/v1/callback',
      async ({ body }) => {
        const { type, id } = JSON.parse(body) as { type: string; id: string };
        if (type !== 'DEVICE') return { status: 500, body: `callback: invalid type ${type}` };
        const answer = await call({ url: `${metadata}/api/v1/device/${id}` });
        if (answer.status !== 200) return { status: 500, body: `cannot find the device matching ${id} in metadata` };
        const device = JSON.parse(answer.body) as Device;
        if (!cache.add(device)) return { status: 500, body: `Device ${device.name} has already existed in cache` };
        return { body: '' };
      },
    ],
  ];
}
