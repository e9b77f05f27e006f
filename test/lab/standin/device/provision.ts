import type { AutoEvent } from '../core/metadata.ts';
import { call } from '../net/client.ts';
import { number, text } from '../registry/settings.ts';
import { type Cache, predefinedName } from './cache.ts';
import { profiles } from './defaults.ts';
import type { DeviceService } from './virtual.ts';

const name = 'device-virtual';

/** Creates something in core-metadata unless its name is known there. */
async function ensure({ metadata }: DeviceService, kind: string, document: { name: string }): Promise<void> {
  const known = await call({ url: `${metadata}/api/v1/${kind}/name/${document.name}` });
  if (known.status === 200) return;
  const { status, body } = await call({ method: 'POST', url: `${metadata}/api/v1/${kind}`, body: document });
  if (status !== 200 && status !== 409) throw new Error(`add ${kind} ${document.name}: status ${status}: ${body}`);
}

/** The service itself, under the address that callbacks and commands will use. */
export async function registerService(service: DeviceService): Promise<void> {
  const { settings } = service;
  const address = text(settings, 'Service/Host');
  const port = number(settings, 'Service/Port');
  await ensure(service, 'addressable', {
    ...{ name, protocol: 'HTTP', method: 'POST', address, port, path: '/api/v1/callback' },
  } as { name: string });
  await ensure(service, 'deviceservice', { name, addressable: { name } } as { name: string });
}

/** Profiles are created on every start where they can be read. False where not. */
export async function provisionProfiles(service: DeviceService, readable: boolean): Promise<boolean> {
  if (!readable) {
    service.stage.log.error(`couldn't read directory: ${text(service.settings, 'Device/ProfilesDir')}`);
    return false;
  }
  for (const profile of profiles) {
    const commands = profile.resources.map((resource) => ({ name: resource }));
    await ensure(service, 'deviceprofile', { name: profile.name, coreCommands: commands } as { name: string });
  }
  return true;
}

/**
 * Creates the devices of the list. It only tells core-metadata: the device is taken into the cache by the callback that
 * core-metadata makes at once, or not at all.
 */
export async function provisionDevices(service: DeviceService, cache: Cache): Promise<void> {
  for (let index = 0; predefinedName(service, index) !== ''; index++) {
    const device = predefinedName(service, index);
    if (cache.byName(device)) continue;
    const profile = { name: text(service.settings, `DeviceList/${index}/Profile`) };
    const document = { name: device, service: { name }, profile, autoEvents: autoEvents(service, index) };
    await ensure(service, 'device', document);
  }
}

function autoEvents({ settings }: DeviceService, device: number): readonly AutoEvent[] {
  const events: AutoEvent[] = [];
  for (let index = 0; ; index++) {
    const of = (field: string): string => text(settings, `DeviceList/${device}/AutoEvents/${index}/${field}`);
    if (of('Resource') === '') return events;
    events.push({ resource: of('Resource'), frequency: of('Frequency') });
  }
}
