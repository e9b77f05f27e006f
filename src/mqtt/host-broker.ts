import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { BootError } from '../base/errors.ts';
import type { Clock } from '../base/time.ts';
import type { BrokerAddress } from './address.ts';
import type { BrokerLogin } from './client.ts';
import { passwordLine, randomLogin } from './password-file.ts';
import { dial } from './socket.ts';
import { BrokerError } from './trouble.ts';

/** A Mosquitto of this machine, started for a check and gone with it. */
export interface HostBroker {
  readonly address: BrokerAddress;
  readonly login: Required<BrokerLogin>;
  stop(): Promise<void>;
}

const program = 'mosquitto';
/** Where it is, though often on no user's path. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin'];
/** Whose rights are enough, where we have all of them. */
const nobody = 65_534;
const startMs = 5_000;
const pollMs = 50;
const dialMs = 1_000;

/** The path of the program; undefined where there is none. */
export function findMosquitto(path: string | undefined): string | undefined {
  const folders = [...(path ?? '').split(':').filter((folder) => folder.startsWith('/')), ...systemFolders];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** The first of these addresses that is this machine's own, and that others reach. */
export function ownAddress(addresses: readonly string[]): string | undefined {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find((address) => own.some((each) => each.address === address && !each.internal));
}

/**
 * Starts it on one address, for one user with a random password. It ends when this program does, however that ends.
 * @throws BootError `verify` with its own words when it doesn't take connections
 */
export async function startHostBroker(
  path: string,
  host: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<HostBroker> {
  const login = randomLogin();
  // With mode 0700.
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-mqtt-'));
  const passwords = join(folder, 'passwords');
  const configuration = join(folder, 'mosquitto.conf');
  const address = { host, port: await freePort(host), isTls: false };
  await writeFile(passwords, passwordLine(login), { mode: 0o600 });
  await writeFile(configuration, configurationFor(address, passwords), { mode: 0o600 });
  const user = userInfo().uid === 0 ? { uid: nobody, gid: nobody } : undefined;
  if (user) for (const each of [folder, passwords, configuration]) await chown(each, user.uid, user.gid);

  const child = spawn('/bin/sh', ['-c', asLongAsWeLive, folder, path, '-c', configuration], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {},
    // What a terminal sends to all its programs is for us to answer: this one ends after us.
    detached: true,
    ...user,
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-maxWords);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {});
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };

  const deadlineMs = clock.now() + startMs;
  try {
    while (!(await listens(address, signal))) {
      if (clock.now() > deadlineMs) throw notStarted(path, words);
      await clock.sleep(pollMs, signal);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, login, stop };
}

const maxWords = 4_096;

/**
 * The shell waits for the end of its input, which comes when nobody holds the other end any more, and tidies up; also
 * when a signal ends it, as where a whole unit is stopped.
 */
const asLongAsWeLive = [
  `trap 'kill $child 2>/dev/null; rm -rf "$0"' EXIT`,
  'trap exit INT TERM HUP',
  '"$@" & child=$!',
  'read -r _',
].join('\n');

function configurationFor({ host, port }: BrokerAddress, passwords: string): string {
  return [
    `listener ${port} ${host}`,
    'allow_anonymous false',
    `password_file ${passwords}`,
    'persistence false',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    '',
  ].join('\n');
}

async function listens(address: BrokerAddress, signal: AbortSignal): Promise<boolean> {
  try {
    (await dial(address, { tls: {}, timeoutMs: dialMs, signal })).destroy();
    return true;
  } catch (error) {
    if (error instanceof BrokerError) return false;
    throw error;
  }
}

function notStarted(path: string, words: string): BootError {
  return new BootError({
    exit: 'verify',
    object: path,
    cause: 'it does not start',
    evidence: words.trim().split('\n').slice(-5),
    hint: 'Look at what it says, or name a broker with --mqtt URL.',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
