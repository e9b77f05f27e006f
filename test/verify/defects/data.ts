import { ask } from '../../support/services.ts';
import {
  all,
  consulAsk,
  deviceService,
  fault,
  installed,
  metadata,
  pause,
  ready,
  redis,
  redisCli,
  renewed,
} from './steps.ts';
import type { Defect, Site } from './types.ts';

const device = 'Random-Boolean-Device';
/** How core-metadata's stand-in keeps devices. */
const collection = 'metadata:device';

interface Document {
  readonly service: { readonly addressable: { readonly port: number } };
  readonly autoEvents: readonly { readonly resource: string; readonly frequency: string }[];
}

/** Changes the documents of devices in the database, behind everybody's back. */
function edited(names: readonly string[], change: (document: Document) => unknown) {
  return async ({ kubectl }: Site): Promise<void> => {
    const cli = ['exec', `deployment/${redis}`, '--', 'redis-cli'];
    for (const name of names) {
      const document = JSON.parse(await kubectl(...cli, 'hget', collection, name)) as Document;
      await kubectl(...cli, 'hset', collection, name, JSON.stringify(change(document)));
    }
  };
}

const all4 = [device, 'Random-Integer-Device', 'Random-UnsignedInteger-Device', 'Random-Float-Device'];
const withPort = (port: number) => (document: Document) => ({
  ...document,
  service: { ...document.service, addressable: { ...document.service.addressable, port } },
});
const every = (frequency: string) => (document: Document) => ({
  ...document,
  autoEvents: document.autoEvents.map((each) => ({ ...each, frequency })),
});
/** Makes devices as at the very first start. */
const madeAnew = all(
  redisCli('flushall'),
  consulAsk('DELETE', '/v1/kv/edgex/devices/1.0/?recurse'),
  renewed(deviceService),
);

export const dataDefects: readonly Defect[] = [
  {
    what: 'no device sends',
    plant: all(fault(deviceService, 'mute'), ready(deviceService)),
    repair: all(fault(deviceService), ready(deviceService)),
    fails: ['events-arrive'],
    hint: /logs deployment\/edgex-device-virtual/,
  },
  {
    what: 'a database that takes no more',
    plant: redisCli('config', 'set', 'maxmemory', '1'),
    repair: redisCli('config', 'set', 'maxmemory', '0'),
    fails: ['events-arrive'],
    hint: /logs deployment\/edgex-device-virtual/,
  },
  {
    what: 'a device was taken out of the database',
    plant: ({ lab, namespace }) => ask(lab, namespace, metadata, `/api/v1/device/name/${device}`, { method: 'DELETE' }),
    repair: all(madeAnew, installed),
    fails: ['devices-present'],
    hint: /Run install again/,
  },
  {
    what: 'the database is empty',
    // Until there are enough events again to speak of their rate.
    plant: all(redisCli('flushall'), pause(75_000)),
    repair: all(madeAnew, installed),
    fails: ['devices-present'],
    hint: /Run install again/,
  },
  {
    what: 'devices that their service does not know',
    plant: all(fault(metadata, 'no-callback'), ready(metadata), madeAnew, pause(3_000)),
    repair: all(fault(metadata), ready(metadata), installed),
    fails: ['devices-known', 'events-arrive', 'command-round-trip'],
    hint: /Run install again/,
  },
  {
    what: 'commands that go to the wrong port',
    plant: edited(all4, withPort(1)),
    repair: edited(all4, withPort(49990)),
    fails: ['command-round-trip'],
    hint: /logs deployment\/edgex-core-command/,
  },
  {
    what: 'one device that is silent',
    plant: all(
      edited(['Random-Float-Device'], (document) => ({ ...document, autoEvents: [] })),
      renewed(deviceService),
      pause(85_000),
    ),
    repair: all(madeAnew, installed),
    fails: ['events-recent'],
    hint: /logs deployment\/edgex-device-virtual/,
  },
  {
    what: 'devices that send too seldom',
    plant: all(edited(all4.slice(1), every('60s')), renewed(deviceService), pause(70_000)),
    repair: all(madeAnew, installed),
    fails: ['events-rate'],
    hint: /how often devices send/,
  },
];
