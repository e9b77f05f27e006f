import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestDirectly } from '../../src/consul/direct.ts';
import type { Reach } from '../../src/consul/reach.ts';
import { debianTree, treeCommand } from '../lab/packages.ts';

/** Consul's own program in server mode, with its data in a directory of its own. */
export interface RealConsul {
  readonly reach: Reach;
  /** Starts it on the data that it left. Returns at once: a leader is there some seconds later. */
  start(): void;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Gets Consul ready to be started, or tells why it can't be had here. */
export async function prepareConsul(): Promise<RealConsul | { readonly reason: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'needs Linux on x86-64' };
  let root: string;
  try {
    root = await debianTree(() => {});
  } catch (error) {
    return { reason: `no Consul: ${error instanceof Error ? error.message : error}` };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'edgex-boot-consul-'));
  const port = await freePort();
  const ports = `ports { http = ${port} server = ${await freePort()} serf_lan = ${await freePort()} dns = -1 grpc = -1 serf_wan = -1 }`;
  const [command = '', ...args] = [
    ...treeCommand(root, 'usr/bin/consul'),
    ...['agent', '-server', '-bootstrap', '-client=127.0.0.1', '-bind=127.0.0.1', `-data-dir=${dataDir}`],
    ...[`-hcl=${ports}`, '-hcl=performance { raft_multiplier = 1 }'],
  ];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  return {
    reach: {
      way: 'direct',
      request: (service, _port, request) => requestDirectly(service, { host: '127.0.0.1', port }, request),
    },
    start: () => {
      child = spawn(command, args, { stdio: 'ignore' });
    },
    kill,
    remove: async () => {
      await kill();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
