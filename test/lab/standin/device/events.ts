import type { Device } from '../core/metadata.ts';
import { call } from '../net/client.ts';
import { randomReading } from './readings.ts';
import type { DeviceService } from './virtual.ts';

export interface DeviceEvent {
  readonly device: string;
  readonly origin: number;
  readonly readings: readonly object[];
}

/** A reading of a resource as an event; undefined for a resource that the virtual devices don't have. */
export function makeEvent({ name: device }: Device, resource: string): DeviceEvent | undefined {
  const value = randomReading(resource);
  if (value === undefined) return undefined;
  const origin = Date.now();
  return { device, origin, readings: [{ origin, device, name: resource, value }] };
}

/** Sends an event to core-data, and waits for nothing. One that can't be sent is lost. */
export function pushEvent({ stage, data }: DeviceService, event: DeviceEvent): void {
  call({ method: 'POST', url: `${data}/api/v1/event`, body: event }).then(
    ({ status, body }) => {
      if (status !== 200) stage.log.error(`Failed to push event to Core Data: ${body}`);
    },
    (error: Error) => stage.log.error(`Failed to push event to Core Data: ${error.message}`),
  );
}
