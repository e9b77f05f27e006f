import { createServer } from 'node:net';
import { join } from 'node:path';
import { hangs } from '../faults.ts';
import { onLines } from '../net/lines.ts';
import type { Stage } from '../stage.ts';
import { type Journal, openJournal } from './journal.ts';
import { execute, writes } from './memory.ts';

export const mongoPort = 27017;
/** Where the users stand, as the mongo shell sees them. */
export const usersKey = 'admin:system.users';

/** Each database's user. All have the same password, and the original's server doesn't ask for it. */
const users: readonly (readonly [database: string, user: string])[] = [
  ['authorization', 'admin'],
  ['metadata', 'meta'],
  ['coredata', 'core'],
  ['rulesengine', 'rulesengine'],
  ['notifications', 'notifications'],
  ['scheduler', 'scheduler'],
  ['logging', 'logging'],
  ['exportclient', 'exportclient'],
  ['application-service', 'appservice'],
];

/** The port is open for so long before the users are touched. */
const initDelayMs = 500;
const perUserMs = 150;
const initTimeoutMs = 30_000;

/**
 * edgex-mongo: a server that opens its port, and an init program that then removes all users and makes them again, at
 * every start, in no certain order. It speaks JSON lines, not MongoDB's protocol: only stand-ins talk to it.
 */
export async function playMongo(stage: Stage): Promise<number | undefined> {
  let journal: Journal;
  try {
    journal = openJournal(join(stage.env.STANDIN_DB ?? '/data/db', 'standin.jsonl'));
  } catch (error) {
    stage.log.error(`exception in initAndListen: ${error instanceof Error ? error.message : error}, terminating`);
    // The server is gone; its init program dials it until it gives up.
    await stage.sleep(initTimeoutMs);
    return 1;
  }
  await listen(journal, stage);
  stage.log.info('waiting for connections');
  await remakeUsers(journal, stage);
  return undefined;
}

async function remakeUsers(journal: Journal, stage: Stage): Promise<void> {
  const run = (...words: readonly string[]): void => {
    execute(journal.data, words);
    journal.keep(words);
  };
  await stage.sleep(initDelayMs);
  run('DEL', usersKey);
  const shuffled = users.map((user) => [Math.random(), user] as const).sort(([a], [b]) => a - b);
  for (const [, [database, user]] of shuffled) {
    await stage.sleep(perUserMs);
    stage.log.info(`Settting up ${database} database`);
    run('HSET', usersKey, `${database}.${user}`, user);
  }
}

async function listen(journal: Journal, stage: Stage): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onLines(socket, (line) => {
      if (!hangs(stage.faults)) socket.write(`${JSON.stringify(answer(journal, JSON.parse(line) as string[]))}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: Number(stage.env.STANDIN_PORT ?? mongoPort), host: '0.0.0.0' }, resolve);
  });
}

/** `[true, reply]` or `[false, message]`. */
function answer(journal: Journal, words: readonly string[]): readonly [boolean, unknown] {
  try {
    if (words[0] === 'AUTH') return authenticate(journal, words);
    const reply = execute(journal.data, words);
    if (writes.has(words[0] ?? '')) journal.keep(words);
    return [true, reply];
  } catch (error) {
    return [false, error instanceof Error ? error.message : String(error)];
  }
}

function authenticate({ data }: Journal, [, database = '', user = '']: readonly string[]): readonly [boolean, string] {
  const known = execute(data, ['HGET', usersKey, `${database}.${user}`]) !== null;
  return known ? [true, 'OK'] : [false, 'Authentication failed.'];
}
