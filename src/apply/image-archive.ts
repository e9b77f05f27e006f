import { existsSync } from 'node:fs';
import { BootError } from '../base/errors.ts';
import { runCommand } from './command.ts';

/** Brings images from a file to the container runtime of this machine. */

export interface ImportContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** In front of the paths of tools that no PATH leads to; nothing on a real machine. */
  readonly root?: string;
}

interface Importer {
  /** A name, or the path of what has its place outside of every PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** Where its containerd listens, if the tool doesn't know it. */
  readonly address?: string;
}

/** Who can import, the most special first: a distribution has its own containerd, with its own tool for it. */
const importers: readonly Importer[] = [
  { program: 'k3s', args: ['ctr'] },
  {
    // RKE2's own program has no command for it, and its containerd listens where that of k3s does.
    program: '/var/lib/rancher/rke2/bin/ctr',
    args: ['--namespace', 'k8s.io'],
    address: '/run/k3s/containerd/containerd.sock',
  },
  { program: 'k0s', args: ['ctr'] },
  { program: 'microk8s', args: ['ctr'] },
  { program: 'ctr', args: ['--namespace', 'k8s.io'] },
];

/** Where these lie; a run without a PATH, as from a unit, finds them too. */
const usualDirs = ['/usr/local/bin', '/usr/bin', '/bin', '/snap/bin'];

/**
 * Imports an archive, in Docker's or OCI's form, compressed or not.
 * @throws BootError `preflight` when the file isn't there or nobody can import, `rollout` with the tool's own words
 */
export async function importImages(archive: string, { env, signal, root = '' }: ImportContext): Promise<void> {
  if (!existsSync(archive)) {
    throw new BootError({
      exit: 'preflight',
      object: `--image-archive ${archive}`,
      cause: 'the file is not there',
      hint: 'Correct the path; the images that it must hold are told by `edgex-boot images`.',
    });
  }
  const dirs = [...(env.PATH ?? '').split(':').filter((dir) => dir !== ''), ...usualDirs];
  const { path, args, address: usual } = findImporter(dirs, root);
  // Only what a containerd of somebody's own needs.
  const { CONTAINERD_ADDRESS: own } = env;
  const childEnv = { PATH: dirs.join(':'), ...(own ? { CONTAINERD_ADDRESS: own } : {}) };
  const place = usual === undefined || own ? [] : ['--address', usual];
  await run([path, ...place, ...args, 'images', 'import', archive], childEnv, signal);
}

function findImporter(dirs: readonly string[], root: string): Importer & { readonly path: string } {
  for (const importer of importers) {
    const { program } = importer;
    const paths = program.startsWith('/') ? [root + program] : dirs.map((dir) => `${dir}/${program}`);
    const path = paths.find(existsSync);
    if (path !== undefined) return { ...importer, path };
  }
  throw new BootError({
    exit: 'preflight',
    object: '--image-archive',
    cause: `this machine has no ${importers.map(({ program }) => program).join(', ')} to import images with`,
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
