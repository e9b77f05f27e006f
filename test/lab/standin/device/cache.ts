import type { Device } from '../core/metadata.ts';
import { call } from '../net/client.ts';
import { makeEvent, pushEvent } from './events.ts';
import type { DeviceService } from './virtual.ts';

/** The devices that this process knows. Only they answer and send events; metadata may know more. */
export interface Cache {
  /** False for one that is there already. */
  readonly add: (device: Device) => boolean;
  readonly byName: (name: string) => Device | undefined;
  readonly byId: (id: string) => Device | undefined;
  /** Takes in all devices that metadata has for this service: what a later start does. */
  readonly loadKnown: () => Promise<void>;
}

export function makeCache(service: DeviceService): Cache {
  const devices = new Map<string, Device>();
  const cache: Cache = {
    add: (device) => {
      if (devices.has(device.name)) return false;
      devices.set(device.name, device);
      startAutoEvents(service, device);
      service.stage.log.info(`Added device: ${device.name}`);
      return true;
    },
    byName: (name) => devices.get(name),
    byId: (id) => [...devices.values()].find((device) => device.id === id),
    loadKnown: async () => {
      const { status, body } = await call({ url: `${service.metadata}/api/v1/device/servicename/device-virtual` });
      if (status !== 200) return;
      for (const device of JSON.parse(body) as Device[]) cache.add(device);
    },
  };
  return cache;
}

/** One timer per resource, the first event after one period. */
function startAutoEvents(service: DeviceService, device: Device): void {
  const { stage } = service;
  if (stage.faults.mute) return;
  for (const { resource, frequency } of device.autoEvents) {
    const send = (): void => {
      const event = makeEvent(device, resource);
      if (event) pushEvent(service, event);
    };
    setInterval(send, stage.scaled(Number.parseInt(frequency, 10) * 1000));
  }
}
