import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { seedFile } from '../standin/seed/config-seed.ts';
import { seedData } from '../standin/seed/data.ts';
import { type Blob, layerOf } from './oci.ts';

const entry = join(import.meta.dirname, '../standin/main.ts');

/**
 * The layer with the stand-ins' program as one file, `/standin.js`, and the keys that config-seed writes.
 * @throws Error when the program isn't there or has a syntax error
 */
export async function standinLayer(): Promise<Blob> {
  const entryPoint = process.env.EDGEX_LAB_STANDIN ?? entry;
  if (!existsSync(entryPoint)) throw new Error(`${entryPoint}: there is no such program to play EdgeX's services`);
  const { outputFiles } = await build({
    ...{ entryPoints: [entryPoint], bundle: true, minify: true, write: false, logLevel: 'silent' },
    ...{ platform: 'node', format: 'cjs', target: 'node24', outfile: 'standin.js' },
  });
  const keys = { path: seedFile.slice(1), data: Buffer.from(JSON.stringify(seedData())) };
  return layerOf([...outputFiles.map(({ contents }) => ({ path: 'standin.js', data: contents })), keys]);
}
