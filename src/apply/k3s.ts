import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readdirSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Agent, interceptors, request } from 'undici';
import { BootError } from '../base/errors.ts';
import { placeFile } from '../base/place-file.ts';
import { type K3sKind, type K3sStep, k3sPath, planK3s } from '../plan/k3s.ts';
import { runCommand } from './command.ts';

/** Puts k3s onto this machine: finds out what the source is, and does the steps that the plan has for it. */

export interface K3sContext {
  readonly signal: AbortSignal;
  readonly wantsIngress: boolean;
  /** Told before each command that is run. */
  readonly tell: (message: string) => void;
  /** In front of every path, `/` on a real machine. */
  readonly root: string;
  /** What of it is k3s's own gets to an installer, and nothing else to anybody. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** There from the first step to the last: a power cut between them leaves a k3s that nobody would ever start. */
const unfinishedPath = '/var/lib/edgex-boot/k3s-unfinished';
/** In it where the program stood at its place before the first step. */
const placedNote = 'k3s was there before\n';

/** Where units of systemd and scripts of OpenRC are. */
const starterDirs = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/etc/init.d',
];
/** What starts k3s, as a server or as an agent, or under a name that was given to its installer. */
const starter = /^k3s(-.+)?(\.service)?$/;

/**
 * True when this machine has k3s, whether it runs or not; false while an installation of ours is not complete, and where
 * its program lies at its place, as for an installer that may load nothing, but nothing would start it.
 */
export function hasK3s(root = '/'): boolean {
  const isThere = (path: string): boolean => existsSync(join(root, path));
  const isStarted = starterDirs.some(
    (dir) => isThere(dir) && readdirSync(join(root, dir)).some((name) => starter.test(name)),
  );
  return isThere(k3sPath) && isStarted && !isThere(unfinishedPath);
}

/** What an installer that was cut off has put there doesn't count: it may be half a program. */
async function wasPlaced(root: string): Promise<boolean> {
  const unfinished = join(root, unfinishedPath);
  if (existsSync(unfinished)) return (await readFile(unfinished, 'utf8')) === placedNote;
  return existsSync(join(root, k3sPath));
}

/**
 * Installs k3s and starts it; it isn't waited for.
 * @param source a path, or a URL with `#sha256=DIGEST`
 * @throws BootError `preflight` when the source is not to be had, or is neither k3s nor an installer; `rollout` when a
 *   step fails
 */
export async function installK3s(source: string, context: K3sContext): Promise<void> {
  const { root, wantsIngress, signal, env } = context;
  const isUrl = source.startsWith('https:');
  const path = isUrl ? await download(source, context) : source;
  const kind = await kindOf(path);
  const isPlaced = await wasPlaced(root);
  const steps = planK3s({
    path,
    kind,
    isPlaced,
    beside: isUrl ? [] : await readdir(dirname(path)),
    hasConfig: existsSync(join(root, '/etc/rancher/k3s/config.yaml')),
    wantsIngress,
    env,
  });
  const content = isPlaced ? placedNote : '';
  const unfinished: K3sStep = { kind: 'write', path: unfinishedPath, content, mode: 0o644 };
  for (const step of [unfinished, ...steps]) {
    signal.throwIfAborted();
    await carryOut(step, context);
  }
  await rm(join(root, unfinishedPath));
}

async function kindOf(path: string): Promise<K3sKind> {
  const head = Buffer.alloc(4);
  try {
    const file = await open(path);
    await file.read(head, 0, head.length, 0).finally(() => file.close());
  } catch (error) {
    throw unusable(path, `it can't be read (${codeOf(error)})`, 'Correct the path; root must be able to read it.');
  }
  if (head.toString('latin1') === '\x7fELF') return 'program';
  if (head.toString('latin1').startsWith('#!')) return 'installer';
  throw unusable(path, 'it is neither a program nor a script', 'Name the k3s program itself, or its installer.');
}

async function carryOut(step: K3sStep, context: K3sContext): Promise<void> {
  const { root } = context;
  try {
    if (step.kind === 'run') return await run(step.argv, step.env ?? {}, context);
    const target = join(root, step.kind === 'write' ? step.path : step.to);
    await placeFile(target, step.mode, (partial) =>
      step.kind === 'write' ? writeFile(partial, step.content) : copyFile(step.from, partial),
    );
  } catch (error) {
    if (error instanceof BootError) throw error;
    const what = step.kind === 'write' ? step.path : step.kind === 'copy' ? step.to : step.argv.join(' ');
    throw failed(what, `it can't be done (${codeOf(error)})`);
  }
}

/** A node at its first boot may have no PATH at all. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function run(argv: readonly string[], env: Readonly<Record<string, string>>, context: K3sContext): Promise<void> {
  const { signal, tell } = context;
  tell(`running ${argv.join(' ')}`);
  const { ended, lastWords } = await runCommand(argv, { PATH: systemPath, ...env }, signal);
  if (ended === 0) return;
  throw typeof ended === 'number'
    ? failed(argv.join(' '), `it ended with exit code ${ended}`, lastWords)
    : failed(argv.join(' '), ended);
}

/** What hasn't the digest that it was announced with is never looked at, let alone run. */
async function download(source: string, context: K3sContext): Promise<string> {
  const [url = '', digest = ''] = source.split('#sha256=');
  const target = join(context.root, '/var/lib/edgex-boot/k3s-source');
  if (existsSync(target) && (await digestOf(target)) === digest) return target;
  context.tell(`loading ${url}`);
  await placeFile(target, 0o600, async (partial) => {
    await load(url, partial, context);
    const actual = await digestOf(partial);
    if (actual === digest) return;
    await rm(partial, { force: true });
    throw unusable(url, `its SHA-256 is ${actual}`, 'Correct the digest, if this is the file that is meant.');
  });
  return target;
}

async function load(url: string, target: string, { signal }: K3sContext): Promise<void> {
  try {
    const dispatcher = new Agent().compose(interceptors.redirect({ maxRedirections: 5 }));
    const { statusCode, body } = await request(url, { signal, dispatcher });
    if (statusCode !== 200) throw unusable(url, `its server answers with status ${statusCode}`, 'Correct the address.');
    await pipeline(body, createWriteStream(target), { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BootError) throw error;
    throw unusable(
      url,
      `it can't be loaded (${codeOf(error)})`,
      'Look at the network, or put the file on the machine.',
    );
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function unusable(source: string, cause: string, hint: string): BootError {
  return new BootError({ exit: 'preflight', object: `--with-k3s ${source}`, cause, hint });
}

function failed(what: string, cause: string, evidence: readonly string[] = []): BootError {
  return new BootError({
    exit: 'rollout',
    object: `k3s: ${what}`,
    cause,
    ...(evidence.length > 0 ? { evidence } : {}),
    hint: 'Run this as root on a machine with systemd; `journalctl -u k3s` says more.',
  });
}

function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException & { readonly cause?: NodeJS.ErrnoException };
  return code ?? cause?.code ?? 'unknown';
}
