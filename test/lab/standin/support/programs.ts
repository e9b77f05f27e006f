import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { treeCommand } from '../../packages.ts';
import { cacheDir } from '../../places.ts';
import { follow, freePorts, get, type Running, until } from './run.ts';
import { tempDir } from './world.ts';

/** The lab's tree of Debian packages; undefined before a lab was up on this machine. */
export function debianTree(): string | undefined {
  const names = existsSync(cacheDir()) ? readdirSync(cacheDir()) : [];
  const trees = names.filter((name) => /^debian-[0-9a-f]+$/.test(name)).map((name) => join(cacheDir(), name));
  return trees.find((tree) => existsSync(join(tree, 'usr/bin/consul')));
}

function run(test: TestContext, tree: string, program: string, args: readonly string[]): Running {
  const [file = '', ...rest] = [...treeCommand(tree, program), ...args];
  const running = follow(spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] }));
  test.after(() => running.kill('SIGKILL'));
  return running;
}

/** Consul itself, in memory, on loopback. Resolves with `127.0.0.1:port` once it has a leader. */
export async function startRealConsul(test: TestContext, tree: string): Promise<string> {
  const [http = 0, server = 0, lan = 0, wan = 0] = await freePorts(4);
  const ports = [`-http-port=${http}`, `-server-port=${server}`, `-serf-lan-port=${lan}`, `-serf-wan-port=${wan}`];
  run(test, tree, 'usr/bin/consul', ['agent', '-dev', '-bind=127.0.0.1', '-dns-port=-1', '-grpc-port=-1', ...ports]);
  await until('a leader', async () => (await get(`http://127.0.0.1:${http}/v1/status/leader`))?.body.includes(':'));
  return `127.0.0.1:${http}`;
}

/** Redis itself on a port of loopback, its data in a directory that a later one may take over. */
export async function startRealRedis(test: TestContext, tree: string, port: number, dir?: string): Promise<Running> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir ?? (await tempDir()),
    '--appendonly',
    'yes',
  ];
  const redis = run(test, tree, 'usr/bin/redis-server', args);
  await until('redis', () => redis.output().includes('eady to accept connections'));
  return redis;
}
