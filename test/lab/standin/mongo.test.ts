import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { dial } from './store/connection.ts';
import { mongoProtocol } from './store/databases.ts';
import type { Reply } from './store/store.ts';
import { freePorts, type Running, start, until } from './support/run.ts';
import { tempDir } from './support/world.ts';

const nineUsers = "quit(db.getSiblingDB('admin').system.users.count() == 9 ? 0 : 1)";

interface Place {
  readonly port: number;
  readonly dir: string;
}

async function place(): Promise<Place> {
  const [port = 0] = await freePorts(1);
  return { port, dir: await tempDir() };
}

function mongo(test: TestContext, { port, dir }: Place, env: Record<string, string> = {}): Running {
  return start(test, 'docker-edgex-mongo', { env: { STANDIN_PORT: String(port), STANDIN_DB: dir, ...env } });
}

async function shell(test: TestContext, { port }: Place): Promise<number | null> {
  const args = ['--quiet', '--eval', nineUsers];
  return (await start(test, 'mongo-shell', { env: { STANDIN_PORT: String(port) }, args }).ended).code;
}

/** One command on a connection of its own; undefined when nobody answers. */
async function command({ port }: Place, ...words: string[]): Promise<Reply | undefined> {
  const connection = await dial('127.0.0.1', port, 1000, mongoProtocol).catch(() => undefined);
  try {
    return await connection?.send(words);
  } finally {
    connection?.close();
  }
}

const countUsers = (at: Place): Promise<Reply | undefined> => command(at, 'HLEN', 'admin:system.users');
const made = (server: Running): number => server.output().match(/Settting up \S+ database/g)?.length ?? 0;

describe('edgex-mongo', { concurrency: true }, () => {
  it('opens its port before its users are there, and the shell tells when they are', async (test) => {
    const at = await place();
    assert.equal(await shell(test, at), 1);
    // Slow enough to be seen between the port and the first user.
    const server = mongo(test, at, { STANDIN_TIME_SCALE: '4' });
    assert.equal(
      await until('the port', () => countUsers(at).then((count) => count !== undefined && String(count))),
      '0',
    );
    assert.equal(await shell(test, at), 1);
    server.kill('SIGKILL');
    await server.ended;
    const quick = mongo(test, at);
    await until('all users', () => made(quick) === 9);
    assert.equal(await shell(test, at), 0);
  });

  it('lets nobody in under a name that is not there yet', async (test) => {
    const at = await place();
    const server = mongo(test, at, { STANDIN_TIME_SCALE: '0.2' });
    await until('the port', async () => (await countUsers(at)) !== undefined);
    await assert.rejects(command(at, 'AUTH', 'metadata', 'meta'), /Authentication failed/);
    await until('all users', () => made(server) === 9);
    assert.equal(await command(at, 'AUTH', 'metadata', 'meta'), 'OK');
  });

  it('has its nine users for a moment at a later start, then makes them anew', async (test) => {
    const at = await place();
    const first = mongo(test, at);
    await until('all users', () => made(first) === 9);
    first.kill();
    await first.ended;
    const second = mongo(test, at, { STANDIN_TIME_SCALE: '2' });
    assert.equal(await until('the port', () => countUsers(at)), 9);
    await until('fewer users', async () => Number(await countUsers(at)) < 9);
    await until('all users again', () => made(second) === 9);
    assert.equal(await countUsers(at), 9);
  });

  it('keeps its data over a kill, also when the last line is cut off', async (test) => {
    const at = await place();
    const first = mongo(test, at);
    await until('all users', () => made(first) === 9);
    await command(at, 'RPUSH', 'journal', 'one');
    await command(at, 'INCRBY', 'counter', '3');
    first.kill('SIGKILL');
    await first.ended;
    await appendFile(join(at.dir, 'standin.jsonl'), '["RPUSH","journal","tw');
    const second = mongo(test, at);
    await until('all users', () => made(second) === 9);
    await command(at, 'RPUSH', 'journal', 'three');
    second.kill('SIGKILL');
    await second.ended;
    const third = mongo(test, at);
    await until('all users', () => made(third) === 9);
    assert.deepEqual(await command(at, 'LRANGE', 'journal', '0', '-1'), ['one', 'three']);
    assert.equal(await command(at, 'INCRBY', 'counter', '0'), 3);
  });

  it('ends with 1 where it cannot write', async (test) => {
    const at = await place();
    const file = join(at.dir, 'in-the-way');
    await writeFile(file, '');
    assert.equal((await mongo(test, { ...at, dir: join(file, 'db') }).ended).code, 1);
  });

  it('answers an unknown command and a key of another kind with an error', async (test) => {
    const at = await place();
    mongo(test, at);
    await until('the port', async () => (await countUsers(at)) !== undefined);
    await command(at, 'HSET', 'hash', 'a', '1');
    await assert.rejects(command(at, 'RPUSH', 'hash', 'x'), /another kind/);
    await assert.rejects(command(at, 'FLUSHALL'), /no such command/);
  });

  it('ignores SIGTERM only when it is told to be like the original', async (test) => {
    const slow = mongo(test, await place(), { STANDIN_SLOW_STOP: 'true' });
    await until('all users', () => made(slow) === 9);
    slow.kill('SIGTERM');
    const quick = mongo(test, await place());
    await until('all users', () => made(quick) === 9);
    quick.kill('SIGTERM');
    assert.equal((await quick.ended).code, 0);
    assert.ok(slow.isAlive());
  });
});
