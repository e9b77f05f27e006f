import { ctr } from '../containerd.ts';
import { archiveOf, type Image } from './oci.ts';

/**
 * Gives a node the images that it doesn't have, and of these only the layers that it doesn't have: after a change in
 * the stand-ins it is some 100 kB instead of 250 MB.
 * @returns the names of the images that were missing or different
 */
export async function importImages(index: number, images: readonly Image[]): Promise<readonly string[]> {
  const present = parseImages(await ctr(index, ['images', 'ls']));
  const missing = images.filter(({ name, manifest }) => present.get(name) !== manifest.digest);
  if (missing.length === 0) return [];
  const blobs = new Set((await ctr(index, ['content', 'ls', '--quiet'])).split('\n'));
  await ctr(index, ['images', 'import', '-'], { input: archiveOf(missing, blobs) });
  return missing.map(({ name }) => name);
}

/** Image names and the digests of their manifests, from what `ctr images ls` prints: `REF TYPE DIGEST ...`. */
export function parseImages(table: string): ReadonlyMap<string, string> {
  const rows = table.split('\n').map((line) => /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s/.exec(line));
  return new Map(rows.flatMap((row) => (row?.[1] && row[2] ? [[row[1], row[2]] as const] : [])));
}
