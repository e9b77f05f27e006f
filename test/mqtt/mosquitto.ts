import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { debianTree, treeCommand } from '../lab/packages.ts';
import { freePorts } from '../lab/standin/support/run.ts';

/** Mosquitto itself, of the lab's Debian packages. */
export interface Mosquitto {
  readonly port: number;
  /** Makes it hang: it is there and does nothing. */
  stop(): void;
  kill(): Promise<void>;
}

export interface MosquittoHome {
  readonly directory: string;
  /** Path of a file in the directory, with this content. */
  file(name: string, content: string): Promise<string>;
  /** Path of a password file with these users. */
  passwords(users: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a broker on a free port, on loopback unless told otherwise; it ends with the test. */
  start(config: readonly string[], host?: string): Promise<Mosquitto>;
}

/** Why Mosquitto can't be had here; undefined where it can. */
export function mosquittoMissing(): string | undefined {
  return process.platform === 'linux' && process.arch === 'x64' ? undefined : 'needs Linux on x86-64';
}

/** A directory for brokers and what they read, gone with the test. */
export async function mosquittoHome(test: TestContext): Promise<MosquittoHome> {
  const root = await debianTree(() => {});
  const directory = await mkdtemp(join(tmpdir(), 'edgex-boot-mosquitto-'));
  test.after(() => rm(directory, { recursive: true, force: true }));
  // Started as root it steps down to a user of its own, which must get in.
  await chmod(directory, 0o755);
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };
  return {
    directory,
    file,
    passwords: async (users) => {
      const path = await file('passwords', '');
      const [command = '', ...args] = treeCommand(root, 'usr/bin/mosquitto_passwd');
      for (const [user, password] of Object.entries(users)) {
        execFileSync(command, [...args, '-b', path, user, password], { stdio: 'pipe' });
      }
      await chmod(path, 0o644);
      return path;
    },
    start: async (config, host = '127.0.0.1') => {
      const [port = 0] = await freePorts(1);
      const conf = await file(`${port}.conf`, [`listener ${port} ${host}`, 'user root', ...config, ''].join('\n'));
      const [command = '', ...args] = [...treeCommand(root, 'usr/sbin/mosquitto'), '-c', conf];
      const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const kill = (): Promise<void> => end(child);
      test.after(kill);
      while (!(await listens(host, port))) {
        if (child.exitCode !== null) throw new Error(`mosquitto ended: ${said}`);
        await delay(20);
      }
      return { port, stop: () => child.kill('SIGSTOP'), kill };
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
