import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { goPrograms, nfsProgram } from './binaries.ts';
import { debianTree } from './packages.ts';
import { stateDir } from './places.ts';

/** What a lab is made of: directories of the cache. */
export interface Parts {
  /** Debian's packages; see {@link debianTree}. */
  readonly tree: string;
  /** Kubernetes' programs; see {@link goPrograms}. */
  readonly programs: string;
  /** `mount.nfs` for the nodes; see {@link nfsProgram}. */
  readonly nfs: string;
}

const names = ['tree', 'programs', 'nfs'] as const satisfies readonly (keyof Parts)[];

/** Makes what isn't in the cache. */
export async function buildParts(log: (line: string) => void): Promise<Parts> {
  const [tree, programs, nfs] = await Promise.all([debianTree(log), goPrograms(log), nfsProgram()]);
  return { tree, programs, nfs };
}

const link = (name: keyof Parts): string => join(stateDir, name);

/** Kubernetes' own client, of the running lab. */
export const kubectlPath = join(link('programs'), 'kubectl');

/** The parts of the running lab; undefined when there is none, or when somebody emptied the cache under it. */
export function runningParts(): Parts | undefined {
  if (!names.every((name) => existsSync(link(name)))) return undefined;
  return { tree: readlinkSync(link('tree')), programs: readlinkSync(link('programs')), nfs: readlinkSync(link('nfs')) };
}

/** Notes the parts that a new lab runs with. It keeps them to its end, whatever the work tree becomes meanwhile. */
export function recordParts(parts: Parts): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  for (const name of names) {
    if (!existsSync(link(name))) symlinkSync(parts[name], link(name));
  }
}
