import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { cached, keyOf } from '../lab/cache.ts';
import { withLock } from '../lab/lock.ts';
import { unpackPackages } from '../lab/packages.ts';
import type { Outcome } from './exec.ts';

/**
 * A node with Debian on it, as far as no kernel is needed for it: a root of its own with Debian's programs, on which
 * user-data lies as cloud-init puts it there. What the machine has doesn't matter.
 */

const packages = ['cloud-init', 'systemd', 'dash', 'coreutils', 'curl', 'wget', 'libstdc++6'];
/** What nothing reads here: 100 of 230 MB. */
const superfluous = ['share/doc', 'share/man', 'share/locale', 'share/i18n', 'lib/x86_64-linux-gnu/gconv', 'lib/udev'];
const needed = ['apt-get', 'dpkg-deb', 'tar', 'unshare', 'chroot', 'mount'];
const places = ['dev', 'proc', 'tmp', 'run', 'var/lib/edgex-boot', 'etc/rancher/k3s', 'etc/systemd/system', 'usr'];

export interface DebianNode {
  /** Its root directory. */
  readonly root: string;
  /** The path of this machine at which a file of the node lies. */
  at(path: string): string;
  /** Puts the files of user-data where they belong. */
  writeFiles(userData: string): Promise<void>;
  /** Begins a program. `kill -9` of it is one of the program itself. */
  start(argv: readonly string[], options?: StartOptions): Running;
}

export interface StartOptions {
  /** Nothing can be written but below /var/lib/edgex-boot, /dev and /proc. */
  readonly isReadOnly?: boolean;
  /** Programs that can't be found. */
  readonly without?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly ended: Promise<Omit<Outcome, 'elapsedMs'>>;
  kill(signal: NodeJS.Signals): void;
}

/** The reason why there is no such node on this machine; undefined when there is. */
export function debianNodeUnsupported(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Debian packages for Linux on x64 are needed';
  if (process.getuid?.() !== 0) return 'a root of its own takes root';
  const missing = needed.find((name) => !programDirs().some((dir) => existsSync(join(dir, name))));
  return missing && `a node with Debian needs the program ${missing}, which isn't in PATH`;
}

/** A new node for some work; gone afterwards. */
export async function withDebianNode(work: (node: DebianNode) => Promise<void>): Promise<void> {
  const tree = await nodeTree();
  const home = await mkdtemp(join(tmpdir(), 'edgex-boot-node-'));
  try {
    await work(await openNode(tree, home));
  } finally {
    await rm(home, { recursive: true });
  }
}

async function openNode(tree: string, home: string): Promise<DebianNode> {
  const root = join(home, 'root');
  // What is installed by hand has a place of its own, as the rest of /usr is the tree's.
  const local = join(home, 'local');
  for (const place of places) await mkdir(join(root, place), { recursive: true });
  for (const place of ['bin', 'lib']) await mkdir(join(local, place), { recursive: true });
  for (const dir of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${dir}`, join(root, dir));
  const at = (path: string): string =>
    path.startsWith('/usr/local/') ? join(local, path.slice('/usr/local/'.length)) : join(root, path);
  return {
    root,
    at,
    writeFiles: async (userData) => {
      for (const { path, content, permissions } of (parse(userData) as UserData).write_files) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), content, { mode: Number.parseInt(permissions, 8) });
      }
    },
    start: (argv, { isReadOnly = false, without = [], env = {} } = {}) => {
      const hidden = without.map((name) => join(root, 'usr/bin', name)).join(' ');
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const command = ['/usr/bin/env', '-i', ...variables, ...argv];
      const setUp = ['sh', '-c', setUpScript, 'x', root, tree, local, isReadOnly ? 'ro' : 'rw', hidden, ...command];
      return begin('unshare', ['--mount', '--propagation', 'private', ...setUp]);
    },
  };
}

interface UserData {
  readonly write_files: readonly { readonly path: string; readonly content: string; readonly permissions: string }[];
}

/** Each step becomes the next one's process, so that at last the process is the program. */
const setUpScript = `set -eu
root=$1 tree=$2 local=$3 mode=$4 hidden=$5
shift 5
mount --bind "$root" "$root"
mount --bind "$tree/usr" "$root/usr"
for file in $hidden; do mount --bind /dev/null "$file"; done
mount -o remount,bind,ro "$root/usr"
mount --bind "$local" "$root/usr/local"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
if [ "$mode" = ro ]; then
  mount --bind "$root/var/lib/edgex-boot" "$root/var/lib/edgex-boot"
  mount -o remount,bind,ro "$root/usr/local"
  mount -o remount,bind,ro "$root"
fi
exec chroot "$root" "$@"`;

/** Without a terminal, and with nothing to read. */
function begin(program: string, args: readonly string[]): Running {
  const PATH = programDirs().join(delimiter);
  const child = spawn(program, args, { env: { PATH }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<Omit<Outcome, 'elapsedMs'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { ended, kill: (signal) => child.kill(signal) };
}

/** The programs of an administrator may not be in the PATH of whoever runs the tests. */
function programDirs(): readonly string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
}

function nodeTree(): Promise<string> {
  const key = keyOf(JSON.stringify([packages, superfluous]));
  return withLock(
    'debian-node',
    () => {},
    () =>
      cached('debian-node', key, async (tree) => {
        await unpackPackages(tree, packages);
        for (const folder of superfluous) await rm(join(tree, 'usr', folder), { recursive: true, force: true });
        await mkdir(join(tree, 'usr/local'), { recursive: true });
      }),
  );
}
