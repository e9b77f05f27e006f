import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Everything that the running lab keeps: keys, logs, etcd's data, the nodes' disks. One per machine and independent of
 * the work tree, so that two clones share one lab. Not under /run: that is memory, and a node's disk is 1 GB.
 */
export const stateDir = '/var/lib/edgex-boot-lab';

/** The cluster administrator's kubeconfig of the running lab. */
export const kubeconfigPath = join(stateDir, 'kubeconfig');

/** Where one node keeps its disk and its configuration. */
export const nodeDir = (index: number): string => join(stateDir, nodeName(index));

/** A node's disk as the machine sees it: a path of the node below it is the same file. */
export const nodeDisk = (name: string): string => join(stateDir, name, 'disk');

/** Where a node has the volumes of the class local-path, as on k3s; see storage-class.ts. */
export const localPathDir = '/var/lib/rancher/k3s/storage';

/** The exports of the lab's NFS server; see nfs-export.ts. */
export const nfsDir = join(stateDir, 'exports');

/** A node's name in Kubernetes. */
export const nodeName = (index: number): string => `node${index}`;

/**
 * Where built things stay between labs, each under a name that holds the hash of all that it is made of: removing the
 * directory costs time, never correctness.
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'edgex-boot');
  return home && home !== '/' ? join(home, '.cache', 'edgex-boot') : '/var/cache/edgex-boot';
}
