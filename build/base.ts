import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withScratch } from './files.ts';
import node from './node.json' with { type: 'json' };
import { type Architecture, cache, ownArchitecture } from './places.ts';
import { stripProgram } from './strip.ts';

const run = promisify(execFile);

/**
 * Node's program for an architecture, which the executable is made from: the npm package of the pinned version, with its
 * hash checked, stripped. It comes from the cache when it was made before; else npm gets it, so npm's own cache,
 * mirror and proxy settings hold.
 * @returns its path
 */
export async function nodeBase(architecture: Architecture): Promise<string> {
  const integrity = node.integrity[architecture];
  const path = join(cache, `node-${node.version}-${architecture}-${shortHash(integrity)}`);
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  return withScratch(cache, async (scratch) => {
    const archive = await fetchPackage(`node-linux-${architecture}`, integrity, scratch);
    await run('tar', ['-xzf', archive, '-C', scratch, 'package/bin/node']);
    const stripped = join(scratch, 'stripped');
    await writeFile(stripped, stripProgram(await readFile(join(scratch, 'package/bin/node'))));
    await chmod(stripped, 0o755);
    await rename(stripped, path);
    return path;
  });
}

/** {@link nodeBase} of this machine. */
export function ownBase(): Promise<string> {
  if (!ownArchitecture) throw new Error(`needs Linux on x64 or arm64, and this is ${process.platform} ${process.arch}`);
  return nodeBase(ownArchitecture);
}

async function fetchPackage(name: string, integrity: string, folder: string): Promise<string> {
  const spec = `${name}@${node.version}`;
  await run('npm', ['pack', spec, '--prefer-offline', '--silent', '--pack-destination', folder]);
  const archive = join(folder, `${name}-${node.version}.tgz`);
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${spec}: expected ${integrity}, got ${found}`);
  return archive;
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
