import type { AutoEvent } from '../core/metadata.ts';
import { call } from '../net/client.ts';
import { number, text } from '../registry/settings.ts';
import type { Cache } from './cache.ts';
import { profiles } from './defaults.ts';
import type { DeviceService } from './virtual.ts';

const name = 'device-virtual';

interface Document {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Creates something in core-metadata unless its name is known there. */
async function ensure({ metadata }: DeviceService, kind: string, document: Document): Promise<void> {
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
  const path = '/api/v1/callback';
  await ensure(service, 'addressable', { name, protocol: 'HTTP', method: 'POST', address, port, path });
  await ensure(service, 'deviceservice', { name, addressable: { name } });
}

/** Profiles are created on every start where they can be read. False where not. */
export async function provisionProfiles(service: DeviceService, readable: boolean): Promise<boolean> {
  if (!readable) {
    service.stage.log.error(`couldn't read directory: ${text(service.settings, 'Device/ProfilesDir')}`);
    return false;
  }
  for (const profile of profiles) {
    const coreCommands = profile.resources.map((resource) => ({ name: resource }));
    await ensure(service, 'deviceprofile', { name: profile.name, coreCommands });
  }
  return true;
}

/**
 * Creates the devices of the list. It only tells core-metadata: the device is taken into the cache by the callback that
 * core-metadata makes at once, or not at all.
 */
export async function provisionDevices(service: DeviceService, cache: Cache): Promise<void> {
  const of = (index: number, field: string): string => text(service.settings, `DeviceList/${index}/${field}`);
  for (let index = 0; of(index, 'Name') !== ''; index++) {
    const device = of(index, 'Name');
    if (cache.byName(device)) continue;
    const profile = { name: of(index, 'Profile') };
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
