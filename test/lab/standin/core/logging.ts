import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../log.ts';
import type { Route } from '../net/server.ts';
import { number, text } from '../registry/settings.ts';
import type { Core } from './service.ts';

/** Where log entries go: a file or the database, as `Writable/Persistence` says. */
interface Keeper {
  readonly add: (entry: Entry) => Promise<void>;
  readonly newest: (limit: number) => Promise<readonly Entry[]>;
  /** Keeps what is younger than `ageMs`. */
  readonly prune: (ageMs: number) => Promise<number>;
}

/** support-logging. */
export async function openLogging(core: Core): Promise<readonly Route[]> {
  const inFile = text(core.settings, 'Writable/Persistence') === 'file';
  const keeper = inFile ? await openFile(core) : openJournal(core);
  const most = number(core.settings, 'Service/MaxResultCount');
  const list = async (limit: number) => ({ body: await keeper.newest(Math.min(limit, most)) });
  return [
    [
      'POST',
      '/api/v1/logs',
      async ({ body }) => {
        await keeper.add(JSON.parse(body) as Entry);
        return { status: 202, body: '' };
      },
    ],
    ['GET', '/api/v1/logs', () => list(most)],
    ['GET', '/api/v1/logs/{limit}', ({ params }) => list(Number(params.limit))],
    [
      'DELETE',
      '/api/v1/logs/removeold/age/{age}',
      async ({ params }) => ({ body: String(await keeper.prune(Number(params.age))) }),
    ],
  ];
}

function openJournal({ store }: Core): Keeper {
  return {
    add: (entry) => store.append('logs', entry),
    newest: (limit) => store.newest<Entry>('logs', limit),
    prune: async (ageMs) => {
      const all = await store.newest<Entry>('logs', await store.length('logs'));
      const kept = all.filter(({ created }) => created > Date.now() - ageMs).toReversed();
      await store.clear('logs');
      for (const entry of kept) await store.append('logs', entry);
      return all.length - kept.length;
    },
  };
}

/** One file that only grows; its directory is made when it is missing. */
async function openFile({ settings, stage }: Core): Promise<Keeper> {
  const file = text(settings, 'Logging/File');
  stage.log.info(`Creating directory: ${dirname(file)}`);
  await mkdir(dirname(file), { recursive: true }).catch((error: Error) => stage.log.error(error.message));
  const all = async (): Promise<readonly Entry[]> => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
  };
  return {
    add: (entry) => appendFile(file, `${JSON.stringify(entry)}\n`),
    newest: async (limit) => (await all()).slice(-limit).toReversed(),
    prune: async (ageMs) => {
      const entries = await all();
      const kept = entries.filter(({ created }) => created > Date.now() - ageMs);
      await writeFile(file, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      return entries.length - kept.length;
    },
  };
}
