import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NfsExport } from './nfs-export.ts';
import { localPathDir, nodeDisk } from './places.ts';
import { alive } from './process.ts';
import { nodeOf, type Storage } from './provisioner.ts';
import type { Volume } from './volume-types.ts';

/** Every service may write to a new volume, whoever it runs as. */
const mode = 0o777;

/** Directories on the disk of the node where a claim's first consumer runs, as k3s' provisioner makes them. */
export const localPathStorage: Storage = {
  make: async (claim, name) => {
    const { namespace, name: claimName } = claim.metadata;
    const node = nodeOf(claim);
    if (node === undefined) return 'configuration error, no node was specified';
    if (!claim.spec.accessModes.every((accessMode) => ['ReadWriteOnce', 'ReadWriteOncePod'].includes(accessMode))) {
      return 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes';
    }
    const path = join(localPathDir, `${name}_${namespace}_${claimName}`);
    await makeDirectory(join(nodeDisk(node), path));
    const here = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
    return {
      hostPath: { path, type: 'DirectoryOrCreate' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
    };
  },
  remove: async ({ spec }) => {
    const node = spec.nodeAffinity?.required.nodeSelectorTerms[0]?.matchExpressions[0]?.values[0];
    // A pod on the node does it in reality.
    if (node === undefined || spec.hostPath === undefined || alive(node) === undefined) return false;
    await rm(join(nodeDisk(node), spec.hostPath.path), { recursive: true, force: true });
    return true;
  },
};

/** Directories of an export, as the provisioner of NFS subdirectories makes them. It keeps what is deleted, renamed. */
export function nfsStorage({ server, path, directory }: NfsExport): Storage {
  const directoryOf = (volume: Volume): string => basename(volume.spec.nfs?.path ?? '');
  return {
    make: async ({ metadata }, name) => {
      const subdirectory = `${metadata.namespace}-${metadata.name}-${name}`;
      await makeDirectory(join(directory, subdirectory));
      return { nfs: { server, path: join(path, subdirectory) } };
    },
    remove: async (volume) => {
      const subdirectory = directoryOf(volume);
      await rename(join(directory, subdirectory), join(directory, `archived-${subdirectory}`)).catch(unlessMissing);
      return true;
    },
  };
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode); // mkdir heeds the umask
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
