import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Gives a name its content in one step: whoever reads it finds all of it or what was there before, also after a power
 * cut. Its directory is made where it is missing.
 * @param fill writes the file `PATH.partial`; where it throws, the name is as it was
 * @throws the errors of the file system
 */
export async function placeFile(
  path: string,
  mode: number,
  fill: (partial: string) => Promise<unknown>,
): Promise<void> {
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  await fill(partial);
  const file = await open(partial);
  try {
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameLasting(partial, path);
}

/** Renames a file that is on the disk already, so that its new name is, too. */
export async function renameLasting(from: string, to: string): Promise<void> {
  await rename(from, to);
  const directory = await open(dirname(to));
  // Not every file system lets its directories be synced.
  await directory.sync().catch(() => undefined);
  await directory.close();
}
