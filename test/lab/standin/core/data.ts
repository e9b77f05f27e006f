import { randomUUID } from 'node:crypto';
import { openPublisher, type Publisher } from '../net/lines.ts';
import type { Route } from '../net/server.ts';
import { number, text } from '../registry/settings.ts';
import type { Core } from './service.ts';

export interface Reading {
  readonly name: string;
  readonly value: string;
  readonly device?: string;
  readonly id?: string;
  readonly origin?: number;
}

export interface Event {
  readonly id: string;
  readonly device: string;
  readonly created: number;
  readonly origin?: number;
  readonly pushed?: number;
  readonly readings: readonly Reading[];
}

/** core-data: stores events, counts them, and passes them on. The counts live in the database. */
export function openData(core: Core): readonly Route[] {
  const { store, stage } = core;
  const publish = publisher(core);

  const save = async (body: string): Promise<string> => {
    const given = JSON.parse(body) as Omit<Event, 'id' | 'created'>;
    const event = withIds(given);
    await store.append('events', event);
    await store.append(`events:${event.device}`, event.id);
    await store.add('readings', event.readings.length);
    await publish(event);
    return event.id;
  };

  return [
    ['POST', '/api/v1/event', async ({ body }) => ({ body: await save(body) })],
    ['GET', '/api/v1/event/count', async () => ({ body: String(await store.length('events')) })],
    [
      'GET',
      '/api/v1/event/count/{device}',
      async ({ params }) => ({ body: String(await store.length(`events:${params.device}`)) }),
    ],
    ['GET', '/api/v1/reading/count', async () => ({ body: String(await store.add('readings', 0)) })],
    [
      'GET',
      '/api/v1/event/device/{device}/{limit}',
      async ({ params }) => {
        const events = await store.newest<Event>('events', number(core.settings, 'Service/MaxResultCount'));
        return { body: events.filter(({ device }) => device === params.device).slice(0, Number(params.limit)) };
      },
    ],
    [
      'GET',
      '/api/v1/event/{start}/{end}/{limit}',
      async ({ params }) => {
        const events = await store.newest<Event>('events', number(core.settings, 'Service/MaxResultCount'));
        const within = ({ created }: Event): boolean =>
          created >= Number(params.start) && created <= Number(params.end);
        return { body: events.filter(within).toReversed().slice(0, Number(params.limit)) };
      },
    ],
    [
      'GET',
      '/api/v1/event/{limit}',
      async ({ params }) => ({
        body: await withPushed(core, await store.newest<Event>('events', Number(params.limit))),
      }),
    ],
    [
      'PUT',
      '/api/v1/event/id/{id}',
      async ({ params }) => {
        await store.put('pushed', params.id ?? '', Date.now());
        return { body: 'true' };
      },
    ],
    ['DELETE', '/api/v1/event/scrub', async () => ({ body: String(await purge(core, ({ pushed }) => !!pushed)) })],
    [
      'DELETE',
      '/api/v1/event/removeold/age/{age}',
      async ({ params }) => {
        const before = Date.now() - Number(params.age);
        const count = await purge(core, ({ created }) => created < before);
        stage.log.info(`removed ${count} events`);
        return { body: String(count) };
      },
    ],
  ];
}

function withIds(given: Omit<Event, 'id' | 'created'>): Event {
  const created = Date.now();
  const readings = (given.readings ?? []).map((reading) => ({
    ...reading,
    id: randomUUID(),
    created,
    device: given.device,
  }));
  return { ...given, id: randomUUID(), created, readings };
}

/** The port opens with the first event, so nothing can tell from it whether the service is ready. */
function publisher({ settings, stage }: Core): (event: Event) => Promise<void> {
  let opened: Promise<Publisher> | undefined;
  return async (event) => {
    if (stage.faults.mute) return;
    opened ??= openPublisher(number(settings, 'MessageQueue/Port'));
    (await opened).publish(event);
    const topic = text(settings, 'MessageQueue/Topic');
    stage.log.info(`Event Published on message queue. Topic: ${topic}, Correlation-id: ${event.id}`);
  };
}

async function withPushed({ store }: Core, events: readonly Event[]): Promise<readonly Event[]> {
  return Promise.all(
    events.map(async (event) => {
      const pushed = await store.get<number>('pushed', event.id);
      return pushed === undefined ? event : { ...event, pushed };
    }),
  );
}

/** Rewrites the journal without some events; what the scheduler asks for at midnight. */
async function purge(core: Core, isGone: (event: Event) => boolean): Promise<number> {
  const { store } = core;
  const all = await withPushed(core, await store.newest<Event>('events', await store.length('events')));
  const gone = all.filter(isGone);
  if (gone.length === 0) return 0;
  const kept = all.filter((event) => !isGone(event)).toReversed();
  for (const device of new Set(all.map((event) => event.device))) await store.clear(`events:${device}`);
  await store.clear('events');
  for (const { pushed: _, ...event } of kept) {
    await store.append('events', event);
    await store.append(`events:${event.device}`, event.id);
  }
  for (const { id, readings } of gone) {
    await store.remove('pushed', id);
    await store.add('readings', -readings.length);
  }
  return gone.length;
}
