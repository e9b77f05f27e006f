import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cached, keyOf } from '../lab/cache.ts';
import { withLock } from '../lab/lock.ts';
import { unpackPackages } from '../lab/packages.ts';

/** An emulator of other processors, and arm64's libraries that Node's program needs. */
const packages = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'];

/** Its name; Debian 13 has it without the ending. */
const emulators = ['qemu-aarch64-static', 'qemu-aarch64'];

const programs = ['apt-get', 'dpkg-deb', 'tar'];

/** The reason why arm64 programs can't run on this machine; undefined when they can. */
export function arm64Unsupported(): string | undefined {
  if (process.arch === 'arm64') return undefined;
  const dirs = (process.env.PATH ?? '').split(delimiter);
  const missing = programs.find((name) => !dirs.some((dir) => existsSync(join(dir, name))));
  return missing && `getting an emulator for arm64 needs the program ${missing}, which isn't in PATH`;
}

/** The command line that runs an arm64 program here, in front of its arguments. */
export async function arm64Command(program: string): Promise<readonly [string, ...string[]]> {
  if (process.arch === 'arm64') return [program];
  const root = await withLock('arm64', () => {}, emulatorTree);
  const emulator = emulators.map((name) => join(root, 'usr/bin', name)).find(existsSync);
  if (!emulator) throw new Error(`${packages[0]} has none of ${emulators.join(', ')}`);
  return [emulator, '-L', join(root, 'usr/aarch64-linux-gnu'), program];
}

function emulatorTree(): Promise<string> {
  return cached('arm64', keyOf(JSON.stringify(packages)), async (root) => {
    await unpackPackages(root, packages);
    // 350 MB for the other processors.
    const bin = join(root, 'usr/bin');
    const others = (await readdir(bin)).filter((name) => name.startsWith('qemu-') && !emulators.includes(name));
    for (const name of others) await rm(join(bin, name));
  });
}
