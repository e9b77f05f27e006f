import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostIp } from './addresses.ts';
import { nfsDir } from './places.ts';

/**
 * What is wrong with an export. The first four meet who mounts it, the others who uses it, and `refused` and
 * `unreachable` both: a mount that is there waits until the server is back.
 * - `refused`, `unreachable`: no server answers; the mount fails at once, or after 15 s
 * - `wrong-path`: the server has no such directory; `denied`: it has, but not for this client
 * - `read-only`: EROFS
 * - `root-squash`: root is nobody (65534), and may not chown
 * - `stale`: mounts that are there give ESTALE for ever, new ones work
 * - `full`: ENOSPC, and nothing free
 */
export type NfsFault =
  | 'refused'
  | 'unreachable'
  | 'wrong-path'
  | 'denied'
  | 'read-only'
  | 'root-squash'
  | 'stale'
  | 'full';

export interface NfsOptions {
  /** Without one it is healthy. */
  readonly fault?: NfsFault;
  /** How much it can hold; without it as much as the machine's disk. */
  readonly sizeBytes?: number;
}

/** An export of the lab's NFS server, the same for all nodes. */
export interface NfsExport {
  readonly server: string;
  readonly path: string;
  /** `nfs://SERVER/PATH` */
  readonly url: string;
  /** Its files as the machine sees them, whatever is wrong with the export. */
  readonly directory: string;
}

/** The server of all exports. Nothing listens there: client and server are the nodes' mount.nfs. */
export const nfsServer = hostIp;

/**
 * Makes an export, empty, as root's and with mode 0755; or, when it is there, makes it healthy or gives it another
 * fault, also for mounts that are there. Its files stay.
 * @param name of letters, digits and dashes
 */
export function nfsExport(name: string, { fault, sizeBytes = 0 }: NfsOptions = {}): NfsExport {
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error(`${name}: not a name of an export`);
  const dir = join(nfsDir, name);
  const directory = join(dir, 'data');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const generation = generationOf(dir) + (fault === 'stale' ? 1 : 0);
  const file = join(dir, 'state.json');
  // In one step: mounts read it all the time.
  writeFileSync(`${file}.new`, JSON.stringify({ fault: fault ?? '', generation, sizeBytes }));
  renameSync(`${file}.new`, file);
  const path = `/export/${name}`;
  return { server: nfsServer, path, url: `nfs://${nfsServer}${path}`, directory };
}

/** Removes an export and its files. Mounts of it are stale. */
export function removeNfsExport(name: string): void {
  rmSync(join(nfsDir, name), { recursive: true, force: true });
}

/** An export of a test's own: new, and gone afterwards. */
export async function withNfsExport<T>(name: string, body: (made: NfsExport) => Promise<T>): Promise<T> {
  removeNfsExport(name);
  try {
    return await body(nfsExport(name));
  } finally {
    removeNfsExport(name);
  }
}

function generationOf(dir: string): number {
  try {
    return JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')).generation;
  } catch {
    return firstGeneration();
  }
}

/** A removed export that is made again isn't what its mounts were of. */
const firstGeneration = (): number => Date.now();
