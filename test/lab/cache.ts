import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './places.ts';

/** A short name for the content of all parts together, in their order. */
export function keyOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  // Each part with its length: ['ab', 'c'] is not ['a', 'bc'].
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex').slice(0, 24);
}

/** {@link keyOf} the content of files. */
export async function keyOfFiles(paths: readonly string[]): Promise<string> {
  return keyOf(...(await Promise.all(paths.map((path) => readFile(path)))));
}

/**
 * A directory of the cache, made when it isn't there: `make` fills an empty one beside it, which then takes its name in
 * one step. So what bears the name is complete, however often the work is interrupted. The caller holds the lab's lock:
 * two never make the same.
 * @returns the directory's path
 */
export async function cached(kind: string, key: string, make: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(cacheDir(), `${kind}-${key}`);
  if (existsSync(dir)) return dir;
  const draft = `${dir}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await make(draft);
  await rename(draft, dir);
  return dir;
}
