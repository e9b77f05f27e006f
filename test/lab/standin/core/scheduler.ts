import { randomUUID } from 'node:crypto';
import type { Route } from '../net/server.ts';
import { type Settings, text } from '../registry/settings.ts';
import type { Core } from './service.ts';

interface Action {
  readonly name: string;
  readonly target: string;
}

/**
 * support-scheduler: reads its database once at its start, without a second try, and puts in what its configuration
 * has beyond that. A failure ends it with 0. An action that a half-seeded registry left without a target, once stored,
 * fails each later start.
 */
export async function openScheduler(core: Core): Promise<readonly Route[] | number> {
  const { store, settings, stage } = core;
  try {
    await load(core, 'intervals', names(settings, 'Intervals'));
    await load(core, 'intervalactions', names(settings, 'IntervalActions'));
    const broken = (await store.all<Action>('intervalactions')).find(({ target }) => target === '');
    if (broken) throw new Error(`interval action ${broken.name} has a blank target`);
  } catch (error) {
    stage.log.error(`Failed to load schedules and events: ${error instanceof Error ? error.message : error}`);
    return 0;
  }
  return [
    ['GET', '/api/v1/interval', async () => ({ body: await store.all('intervals') })],
    ['GET', '/api/v1/intervalaction', async () => ({ body: await store.all('intervalactions') })],
  ];
}

/** The parts below a table of the settings: `Intervals/Midnight/Name` gives `Intervals/Midnight`. */
function names(settings: Settings, table: string): readonly string[] {
  const paths = Object.keys(settings).filter((path) => path.startsWith(`${table}/`));
  return [...new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')))];
}

async function load({ store, settings }: Core, collection: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const of = (name: string): string => text(settings, `${table}/${name}`);
    if (await store.get(collection, of('Name'))) continue;
    const fields = collection === 'intervals' ? ['Name', 'Start', 'Frequency'] : ['Name', 'Interval', 'Target', 'Path'];
    const entries = fields.map((field) => [field.toLowerCase(), of(field)]);
    await store.put(collection, of('Name'), { ...Object.fromEntries(entries), id: randomUUID() });
  }
}
