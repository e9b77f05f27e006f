import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, withScratch } from './files.ts';
import { architectures, cache, dist, executableName, ownArchitecture, root } from './places.ts';
import { makeRelease, releaseFiles } from './release.ts';

/**
 * `npm run build`: dist/edgex-boot for this machine, one executable file for each architecture, and their SHA256SUMS.
 * Does nothing when all that they are made of is as it was.
 */

const stamp = join(dist, '.made-of');
const folders = ['assets', 'build', 'src'];
const files = ['package.json', 'package-lock.json', 'tsconfig.json'];

/** A hash of everything that the release is made of: each file's name and content. */
async function hashOfInputs(): Promise<string> {
  const inFolders = folders.map(async (folder) =>
    (await filesBelow(join(root, folder))).map((path) => `${folder}/${path}`),
  );
  const hash = createHash('sha256').update(process.arch);
  for (const path of [...files, ...(await Promise.all(inFolders)).flat()]) {
    const content = await readFile(join(root, path));
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function isMade(inputs: string): Promise<boolean> {
  if (![...releaseFiles, 'edgex-boot'].every((name) => existsSync(join(dist, name)))) return false;
  return (await readFile(stamp, 'utf8').catch(() => '')) === inputs;
}

async function make(inputs: string): Promise<void> {
  for (const folder of [cache, dist]) await mkdir(folder, { recursive: true });
  await rm(stamp, { force: true });
  await withScratch(cache, async (scratch) => {
    await makeRelease(scratch);
    // Complete, and then in the old ones' place at once: also while one of them runs.
    for (const name of releaseFiles) await rename(join(scratch, name), join(dist, name));
    if (ownArchitecture) await link(join(dist, executableName(ownArchitecture)), join(scratch, 'edgex-boot'));
    await rename(join(scratch, 'edgex-boot'), join(dist, 'edgex-boot'));
  });
  await writeFile(stamp, inputs);
}

const startedMs = performance.now();
const inputs = await hashOfInputs();
if (await isMade(inputs)) {
  console.log('dist/edgex-boot is up to date');
} else {
  await make(inputs);
  for (const architecture of architectures) {
    const name = executableName(architecture);
    const { size } = await stat(join(dist, name));
    console.log(`dist/${name.padEnd(24)} ${(size / 1e6).toFixed(1)} MB`);
  }
  console.log(`built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}
