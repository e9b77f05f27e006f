import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeBase, ownBase } from './base.ts';
import { filesBelow } from './files.ts';
import { type Architecture, executableName, root } from './places.ts';

const run = promisify(execFile);

/** Marks the byte, in every copy of Node, that says whether a program was put into it. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** A file's path by the key under which the program finds it. */
export type Assets = Readonly<Record<string, string>>;

/** All files of a folder as assets, under their paths below it, each after `prefix`. */
export async function assetsOf(folder: string, prefix = ''): Promise<Assets> {
  return Object.fromEntries((await filesBelow(folder)).map((path) => [`${prefix}${path}`, join(folder, path)]));
}

export interface ExecutableParts {
  readonly architecture: Architecture;
  /** Name of the CommonJS file in `folder` that Node runs first. */
  readonly start: string;
  readonly assets: Assets;
  /** Where the executable goes. */
  readonly folder: string;
}

/** Puts the program's start and its assets into a copy of Node. */
export async function makeExecutable({ architecture, start, assets, folder }: ExecutableParts): Promise<void> {
  const blob = join(folder, `${architecture}.blob`);
  const config = join(folder, `${architecture}.json`);
  const settings = {
    // Stays in the blob as it stands here, so it must not depend on the folder.
    main: start,
    output: blob,
    disableExperimentalSEAWarning: true,
    // Neither the environment nor a signal may put somebody's code into a program that runs as root.
    execArgvExtension: 'none',
    // A small board has little memory: with a small nursery, what was only streamed through is given back sooner.
    execArgv: ['--disable-sigusr1', '--max-semi-space-size=1'],
    assets,
  };
  await writeFile(config, JSON.stringify(settings));
  await run(await ownBase(), ['--experimental-sea-config', config], { cwd: folder });

  const executable = join(folder, executableName(architecture));
  await copyFile(await nodeBase(architecture), executable);
  const postject = join(root, 'node_modules/postject/dist/cli.js');
  await run(process.execPath, [postject, executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
}
