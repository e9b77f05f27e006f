import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { nodeBase, ownBase } from './base.ts';
import { bundle } from './bundle.ts';
import { type Assets, assetsOf, makeExecutable } from './executable.ts';
import { sha256 } from './files.ts';
import { type Architecture, architectures, executableName, ownArchitecture, root } from './places.ts';

const run = promisify(execFile);

/** What a release consists of. */
export const releaseFiles: readonly string[] = [...architectures.map(executableName), 'SHA256SUMS'];

/**
 * Makes {@link releaseFiles} in a folder, and leaves beside them what they were made from. The same sources give the
 * same bits on every machine of the same architecture; on another one the code caches are in the other executable.
 */
export async function makeRelease(folder: string): Promise<void> {
  const code = join(folder, 'code');
  await mkdir(code);
  await Promise.all([makeCode(code), makeStart(folder), ...architectures.map(nodeBase)]);
  const assets = { ...(await assetsOf(join(root, 'assets'))), ...(await assetsOf(code, 'code/')) };
  await Promise.all(
    architectures.map((architecture) =>
      makeExecutable({ architecture, start: startFile, assets: assetsFor(architecture, assets), folder }),
    ),
  );
  const sums = architectures.map(executableName).map(async (name) => `${await sha256(join(folder, name))}  ${name}\n`);
  await writeFile(join(folder, 'SHA256SUMS'), (await Promise.all(sums)).join(''));
}

const startFile = 'start.cjs';

async function makeStart(folder: string): Promise<void> {
  const entryPoints = [join(root, 'build/start.ts')];
  const outfile = join(folder, startFile);
  await build({ entryPoints, outfile, bundle: true, minify: true, platform: 'node', format: 'cjs', target: 'node24' });
}

/** The chunks and their code caches. What happens to be in the environment must leave no trace in the latter. */
async function makeCode(folder: string): Promise<void> {
  const chunks = await bundle(join(root, 'src/main.ts'), folder);
  const names = chunks.map(({ name }) => name).sort((a, b) => Number(b === 'main.js') - Number(a === 'main.js'));
  const script = join(root, 'build/code-cache.ts');
  await run(await ownBase(), ['--predictable', script, ...names], { cwd: folder, env: {} });
}

/** A code cache is only good for the architecture that made it. */
const assetsFor = (architecture: Architecture, assets: Assets): Assets =>
  Object.fromEntries(
    Object.entries(assets).filter(([key]) => architecture === ownArchitecture || !key.endsWith('.cache')),
  );
