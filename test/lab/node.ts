import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeIp } from './addresses.ts';
import { api } from './api.ts';
import { ensureCgroups, removeCgroups } from './cgroups.ts';
import { connectNode } from './network.ts';
import { nodeFiles } from './node-config.ts';
import type { Parts } from './parts.ts';
import { ensureNodePki, kubeconfigOf } from './pki.ts';
import { nodeDir, nodeName } from './places.ts';
import { alive, childrenOf, commandOf, start } from './process.ts';
import { until } from './run.ts';
import { nodeMounts } from './traces.ts';

const kubeletTimeoutMs = 30_000;
const readyTimeoutMs = 120_000;

/**
 * Starts a node: a process tree in network, mount and process namespaces of its own. Its disk is what an earlier life
 * left, its network and its memory are new.
 */
export async function startNode(index: number, { tree, programs, nfs }: Parts): Promise<void> {
  const name = nodeName(index);
  const dir = nodeDir(index);
  for (const part of ['etc', 'log', 'disk']) mkdirSync(join(dir, part), { recursive: true });
  installMountNfs(nfs, join(dir, 'usr'));
  for (const [file, text] of Object.entries(nodeFiles(index))) writeFileSync(join(dir, 'etc', file), text);
  // A shell reads its script as it goes: the copy doesn't change under it.
  const init = join(dir, 'etc/init.sh');
  copyFileSync(join(import.meta.dirname, 'node-init.sh'), init);
  // A reboot would empty them. kubelet waits 3 s for each container whose group is there and that doesn't answer.
  await removeCgroups(name);
  ensureCgroups(['system', name]);
  await ensureNodePki(tree, index);
  start(name, ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '/bin/bash', init], {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...{ NODE: dir, NAME: name, ADDRESS: nodeIp(index), TREE: tree, PROGRAMS: programs },
    ...{ DISK: nodeMounts.disk.join(' '), MEMORY: nodeMounts.memory.join(' '), CREDENTIAL: kubeconfigOf(name) },
  });
  const pid = await until(`${name}: first process`, forkTimeoutMs, () => initOf(index));
  await connectNode(tree, index, pid);
}

/** The kubelet's mount program looks for it there. A copy: it must outlive the cache that it comes from. */
function installMountNfs(nfs: string, usr: string): void {
  const sbin = join(usr, 'sbin');
  mkdirSync(sbin, { recursive: true });
  for (const name of ['mount.nfs', 'mount.nfs4']) copyFileSync(join(nfs, 'mount.nfs'), join(sbin, name));
}

const forkTimeoutMs = 5000;

/** The pid of a node's process 1, as the host sees it; undefined when the node is off. */
export function initOf(index: number): number | undefined {
  const unshare = alive(nodeName(index));
  return unshare === undefined ? undefined : childrenOf(unshare)[0];
}

/**
 * Waits until the kubelet has said, after `since`, that the node is ready. What it said before a power cut stays in the
 * API server for 40 s.
 */
export async function nodeReady(index: number, since: Date): Promise<void> {
  const name = nodeName(index);
  await until(`${name}: Ready`, readyTimeoutMs, async () => {
    const { status, body } = await api(`/api/v1/nodes/${name}`);
    return status === 200 && isReadySince(JSON.parse(body), since);
  });
}

/** Ends the kubelet alone, waits for the next one, until that has said that the node is ready and knows its pods. */
export async function restartKubelet(index: number): Promise<void> {
  const before = kubeletOf(index);
  if (before === undefined) throw new Error(`${nodeName(index)}: no kubelet runs`);
  process.kill(before, 'SIGKILL');
  await until(`${nodeName(index)}: kubelet`, kubeletTimeoutMs, () => ![undefined, before].includes(kubeletOf(index)));
  await nodeReady(index, new Date());
  await until(`${nodeName(index)}: kubelet knows its pods`, kubeletTimeoutMs, () => kubeletKnowsPods(index));
}

/** Until then it refuses logs and exec. */
async function kubeletKnowsPods(index: number): Promise<boolean> {
  const name = nodeName(index);
  const [bound, known] = await Promise.all(
    [`/api/v1/pods?fieldSelector=spec.nodeName=${name}`, `/api/v1/nodes/${name}/proxy/pods`].map(uidsOfPods),
  );
  return bound !== undefined && known !== undefined && bound.isSubsetOf(known);
}

async function uidsOfPods(path: string): Promise<ReadonlySet<string> | undefined> {
  const { status, body } = await api(path);
  if (status !== 200) return undefined;
  const { items }: PodList = JSON.parse(body);
  return new Set((items ?? []).map(({ metadata }) => metadata.uid));
}

interface PodList {
  readonly items: readonly { readonly metadata: { readonly uid: string } }[] | null;
}

/** The kubelet of a node: a child of the shell that keeps it, which is a child of process 1. */
function kubeletOf(index: number): number | undefined {
  const kept = childrenOf(initOf(index) ?? 0).flatMap(childrenOf);
  return kept.find((pid) => commandOf(pid) === 'kubelet');
}

interface NodeStatus {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime?: string;
    }[];
  };
}

/** Pure part of {@link nodeReady}. Kubernetes' times are whole seconds, rounded down. */
export function isReadySince(node: NodeStatus, since: Date): boolean {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const wholeSecond = Math.floor(since.getTime() / 1000) * 1000;
  return ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime ?? '') >= wholeSecond;
}
