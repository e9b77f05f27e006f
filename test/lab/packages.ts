import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AptSource, otherSuite, parseDeb822, parseSourcesList } from './apt-sources.ts';
import { cached, keyOf } from './cache.ts';
import { run } from './run.ts';

/** What the nodes run, what the images are made of, and the tools that the lab itself calls. */
const packages = [
  ...['containerd', 'runc', 'containernetworking-plugins', 'nftables', 'iptables', 'conntrack'],
  ...['iproute2', 'openssl', 'binutils'],
  ...['consul', 'redis-server', 'redis-tools', 'mosquitto', 'busybox', 'libstdc++6'],
];

/** Debian's last suite with Consul; the newer ones have everything else. */
const consulSuite = 'bullseye';

/** Debian's directory of libraries, and the loader that a program asks for. */
export const libraryDir = 'usr/lib/x86_64-linux-gnu';
const loader = 'lib64/ld-linux-x86-64.so.2';

/**
 * The lab's packages as a directory tree. Made once, then it comes from the cache.
 * @returns the tree's root
 */
export function debianTree(log: (line: string) => void): Promise<string> {
  const key = keyOf(JSON.stringify([packages, consulSuite, linksMissing]));
  return cached('debian', key, async (root) => {
    log('getting Debian packages');
    await unpackPackages(root, packages, consulSuite);
    for (const [name, target] of linksMissing) await symlink(target, join(root, 'usr/sbin', name));
  });
}

/**
 * Fills a directory with Debian's packages and all that they depend on, unpacked but not installed: no service starts,
 * nothing of the machine changes, and what the machine has doesn't matter. Everything goes through apt's own verification.
 * @param suite another suite of Debian to look in, beside the machine's own
 */
export async function unpackPackages(root: string, names: readonly string[], suite?: string): Promise<void> {
  const work = join(root, 'work');
  const archives = await download(work, names, suite);
  for (const dir of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', dir), { recursive: true });
    await symlink(`usr/${dir}`, join(root, dir));
  }
  for (const archive of archives) await unpack(archive, root);
  await rm(work, { recursive: true });
}

/** Made by update-alternatives when the package is installed; unpacking doesn't. */
const linksMissing = [
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip6tables',
  'ip6tables-save',
  'ip6tables-restore',
].map((name) => [name, 'xtables-nft-multi'] as const);

/** `dpkg-deb -x` would replace the links /bin, /lib and so on by directories. */
async function unpack(archive: string, root: string): Promise<void> {
  await run([
    '/bin/sh',
    '-c',
    'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink',
    'x',
    archive,
    root,
  ]);
}

/** The archives of packages and of all that they need, as on a machine that has no package at all. */
async function download(work: string, names: readonly string[], suite?: string): Promise<readonly string[]> {
  const dirs = {
    parts: join(work, 'parts'),
    lists: join(work, 'lists/partial'),
    archives: join(work, 'archives/partial'),
  };
  for (const dir of Object.values(dirs)) await mkdir(dir, { recursive: true });
  await writeFile(join(work, 'status'), '');
  await writeFile(join(work, 'apt.conf'), aptConf(work));
  const env = { ...process.env, APT_CONFIG: join(work, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const sources = await machineSources(dirs.parts);
  const install = ['apt-get', 'install', '--yes', '--download-only', '--no-install-recommends', ...names];
  const attempt = async (where: 'mirror' | 'archive') => {
    if (suite) await writeFile(join(dirs.parts, `${suite}.sources`), otherSuite(sources, suite, where));
    await run(['apt-get', 'update'], { env });
    await run(install, { env });
  };
  await attempt('mirror').catch(async (first) => {
    await attempt('archive').catch(() => {
      throw first;
    });
  });
  const files = await readdir(join(work, 'archives'));
  return files.filter((name) => name.endsWith('.deb')).map((name) => join(work, 'archives', name));
}

/** apt with a state of its own: the machine's lists, cache and package status are neither read nor changed. */
const aptConf = (work: string): string => `
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "${work}/parts";
Dir::State::Lists "${work}/lists";
Dir::State::Status "${work}/status";
Dir::Cache::Archives "${work}/archives";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
`;

/** Copies the machine's own sources and returns what they say. */
async function machineSources(parts: string): Promise<readonly AptSource[]> {
  const dir = '/etc/apt/sources.list.d';
  const listed = existsSync(dir) ? (await readdir(dir)).map((name) => join(dir, name)) : [];
  const found: AptSource[] = [];
  for (const path of ['/etc/apt/sources.list', ...listed]) {
    const parse = path.endsWith('.sources') ? parseDeb822 : path.endsWith('.list') ? parseSourcesList : undefined;
    if (!parse || !existsSync(path)) continue;
    const text = await readFile(path, 'utf8');
    const debian = parse(text);
    if (debian.length === 0) continue;
    found.push(...debian);
    await writeFile(join(parts, path.split('/').at(-1) ?? path), text);
  }
  return found;
}

/**
 * The command line that runs a program of the tree with the tree's own libraries, whatever the machine has.
 * @param program a path inside the tree, or an absolute one of the machine
 */
export function treeCommand(root: string, program: string): readonly string[] {
  const path = program.startsWith('/') ? program : join(root, program);
  return [join(root, loader), '--inhibit-cache', '--library-path', join(root, libraryDir), path];
}

/** What the loader says about a program: the libraries it needs, with their paths. It is what ldd prints. */
export async function listLibraries(root: string, program: string): Promise<readonly string[]> {
  const [loaderPath = '', ...args] = treeCommand(root, program);
  const said = await run([loaderPath, '--list', ...args]);
  const found = [...said.matchAll(/=> (\/\S+)/g)].map((match) => match[1] ?? '');
  return [...new Set([loaderPath, ...found])].sort();
}
