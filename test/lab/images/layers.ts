import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, keyOf, keyOfFiles } from '../cache.ts';
import { libraryDir, listLibraries, treeCommand } from '../packages.ts';
import { run } from '../run.ts';
import { type Blob, blobOf } from './oci.ts';
import { type TarEntry, tar } from './tar.ts';

/** A program's way into a layer: where it is (in the tree, or absolute) and where it goes. */
interface Program {
  readonly from: string;
  readonly to: string;
}

interface LayerPlan {
  readonly programs: readonly Program[];
  /** Libraries by their path in the tree: those that many share, and those that the C library opens by name. */
  readonly libraries?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** Symbols aren't used by a container; without them Node is 18 MB smaller. */
  readonly strip?: boolean;
}

/** What an init container's or a probe's few lines of shell may call. */
const busyboxLinks =
  `[ awk base64 basename cat chgrp chmod chown cp cut date dd df dirname du echo env expr false find grep
gunzip gzip head hostname id ip kill ln ls md5sum mkdir mkfifo mktemp mv nc netstat nproc nslookup od ping printf ps pwd
readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat start-stop-daemon tail tar tee telnet test timeout touch tr
traceroute true tty uname uniq unlink usleep vi wc wget which whoami xargs yes`.split(/\s+/);

/** The layers with Debian's programs. Each holds the libraries that its programs need and `libc` doesn't have. */
const plans = {
  libc: {
    programs: [],
    libraries: [
      'usr/lib64/ld-linux-x86-64.so.2',
      ...['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'librt.so.1']
        .concat(['libresolv.so.2', 'libnss_dns.so.2', 'libnss_files.so.2'])
        .map((name) => `${libraryDir}/${name}`),
    ],
    links: { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' },
  },
  shell: {
    programs: [{ from: 'usr/bin/busybox', to: 'usr/bin/busybox' }],
    links: Object.fromEntries(busyboxLinks.map((name) => [`usr/bin/${name}`, 'busybox'])),
  },
  consul: { programs: [{ from: 'usr/bin/consul', to: 'usr/bin/consul' }] },
  redis: {
    // redis-server, redis-check-rdb and so on are one program under several names.
    programs: ['redis-check-rdb', 'redis-cli'].map((name) => ({ from: `usr/bin/${name}`, to: `usr/bin/${name}` })),
    links: { 'usr/bin/redis-server': 'redis-check-rdb' },
  },
  mosquitto: { programs: [{ from: 'usr/sbin/mosquitto', to: 'usr/sbin/mosquitto' }] },
  node: { programs: [{ from: process.execPath, to: 'usr/bin/node' }], strip: true },
} satisfies Record<string, LayerPlan>;

export type LayerName = keyof typeof plans;
export type Layers = Readonly<Record<LayerName, Blob>>;

/** All layers of Debian's programs and of this very Node, from the cache or made from the tree. */
export async function programLayers(tree: string): Promise<Layers> {
  const ownFiles = ['layers.ts', 'tar.ts'].map((name) => join(import.meta.dirname, name));
  const key = keyOf(tree, process.version, await keyOfFiles(ownFiles));
  const names = Object.keys(plans) as LayerName[];
  const dir = await cached('layers', key, async (draft) => {
    const below = new Set<string>();
    const index: Record<string, Omit<Blob, 'read'>> = {};
    for (const name of names) {
      const entries = await layerEntries(tree, plans[name], below);
      if (name === 'libc') for (const { path } of entries) below.add(path);
      const { digest, size, read } = blobOf(tar(entries));
      await writeFile(join(draft, `${name}.tar`), read());
      index[name] = { digest, size };
    }
    await writeFile(join(draft, 'index.json'), JSON.stringify(index));
  });
  const index = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8')) as Record<LayerName, Omit<Blob, 'read'>>;
  const layer = (name: LayerName): Blob => ({ ...index[name], read: () => readFileSync(join(dir, `${name}.tar`)) });
  return Object.fromEntries(names.map((name) => [name, layer(name)])) as Record<LayerName, Blob>;
}

async function layerEntries(tree: string, plan: LayerPlan, below: ReadonlySet<string>): Promise<readonly TarEntry[]> {
  const files = new Map<string, string>();
  for (const { from, to } of plan.programs) {
    files.set(to, from.startsWith('/') ? from : join(tree, from));
    for (const library of await listLibraries(tree, from)) files.set(libraryPath(tree, library), library);
  }
  for (const path of plan.libraries ?? []) files.set(path, join(tree, path));
  const entries: TarEntry[] = Object.entries(plan.links ?? {}).map(([path, link]) => ({ path, link }));
  for (const [path, from] of files) {
    if (below.has(path)) continue;
    entries.push({ path, mode: 0o755, data: plan.strip ? await stripped(tree, from) : await readFile(from) });
  }
  return withDirectories(entries).filter((entry) => !('directory' in entry && below.has(entry.path)));
}

/** Where a library goes: the loader's path below the tree, which has one place for each. */
const libraryPath = (tree: string, library: string): string =>
  library.slice(tree.length + 1).replace(/^lib/, 'usr/lib');

async function stripped(tree: string, program: string): Promise<Uint8Array> {
  const copy = join(tree, `../strip-${process.pid}`);
  await run([...treeCommand(tree, 'usr/bin/strip'), '-o', copy, program]);
  const data = await readFile(copy);
  await run(['rm', copy]);
  return data;
}

/** Entries in order of path, with the directories that they are in. */
export function withDirectories(entries: readonly TarEntry[]): readonly TarEntry[] {
  const all = new Map<string, TarEntry>();
  for (const { path } of entries) {
    for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) all.set(dir, { path: dir, directory: true });
  }
  for (const entry of entries) all.set(entry.path, entry);
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
