import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getAsset, getAssetKeys, isSea } from 'node:sea';

/**
 * The release's data: inside the executable file, or beside the sources when these are run as they are. Reading them
 * is the same as loading code: it can't fail on a user's machine unless the program is broken.
 */

/** Where the sources have them. */
const root = isSea() ? '' : join(import.meta.dirname, '../../assets');

/** The text of an asset, by its path below assets/: `releases/fuji.yaml`. */
export function readAsset(path: string): string {
  return isSea() ? getAsset(path, 'utf8') : readFileSync(join(root, path), 'utf8');
}

/** The assets of a folder, by path to text: `releases/fuji/config`. */
export function readAssets(folder: string): Readonly<Record<string, string>> {
  const below = `${folder}/`;
  const paths = isSea()
    ? getAssetKeys().filter((path) => path.startsWith(below))
    : readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.yaml'))
        .map((path) => `${below}${path}`);
  return Object.fromEntries(paths.sort().map((path) => [path, readAsset(path)]));
}
