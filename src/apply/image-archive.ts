import { existsSync } from 'node:fs';
import { BootError } from '../base/errors.ts';
import { runCommand } from './command.ts';

/** Brings images from a file to the container runtime of this machine. */

export interface ImportContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Who can import, the most special first: a distribution has its own containerd, with its own tool for it. */
const importers: readonly (readonly string[])[] = [
  ['k3s', 'ctr'],
  ['rke2', 'ctr'],
  ['k0s', 'ctr'],
  ['microk8s', 'ctr'],
  ['ctr', '--namespace', 'k8s.io'],
];

/** Where these lie; a run without a PATH, as from a unit, finds them too. */
const usualDirs = ['/usr/local/bin', '/usr/bin', '/bin', '/snap/bin', '/var/lib/rancher/rke2/bin'];

/**
 * Imports an archive, in Docker's or OCI's form, compressed or not.
 * @throws BootError `preflight` when the file isn't there or nobody can import, `rollout` with the tool's own words
 */
export async function importImages(archive: string, { env, signal }: ImportContext): Promise<void> {
  if (!existsSync(archive)) {
    throw new BootError({
      exit: 'preflight',
      object: `--image-archive ${archive}`,
      cause: 'the file is not there',
      hint: 'Correct the path; the images that it must hold are told by `edgex-boot images`.',
    });
  }
  const dirs = [...(env.PATH ?? '').split(':').filter((dir) => dir !== ''), ...usualDirs];
  const [path, ...args] = findImporter(dirs);
  // Only what a containerd of somebody's own needs.
  const { CONTAINERD_ADDRESS: address } = env;
  const childEnv = { PATH: dirs.join(':'), ...(address ? { CONTAINERD_ADDRESS: address } : {}) };
  await run([path ?? '', ...args, 'images', 'import', archive], childEnv, signal);
}

function findImporter(dirs: readonly string[]): readonly string[] {
  for (const [name = '', ...args] of importers) {
    const dir = dirs.find((each) => existsSync(`${each}/${name}`));
    if (dir !== undefined) return [`${dir}/${name}`, ...args];
  }
  throw new BootError({
    exit: 'preflight',
    object: '--image-archive',
    cause: `this machine has no ${importers.map(([name]) => name).join(', ')} to import images with`,
    hint: 'Run this on a node of the cluster, or give its containerd the images in another way.',
  });
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const { ended, lastWords } = await runCommand(argv, env, signal, ['stderr']);
  if (ended === 0) return;
  throw new BootError({
    exit: 'rollout',
    object: argv.join(' '),
    cause: typeof ended === 'number' ? `it ended with exit code ${ended}` : `it could not be run (${ended})`,
    evidence: lastWords.slice(-5),
    hint: 'Run this as root on the node; look whether the archive is whole.',
  });
}
