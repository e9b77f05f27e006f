import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { api } from './api.ts';
import { goPrograms } from './binaries.ts';
import { ensureCgroups, removeCgroups } from './cgroups.ts';
import { containerdAnswers } from './containerd.ts';
import { controlPlane, corefile, corefilePath } from './control-plane.ts';
import { labImages } from './images/catalog.ts';
import { importImages } from './images/import.ts';
import { programLayers } from './images/layers.ts';
import type { Image } from './images/oci.ts';
import { standinLayer } from './images/standin.ts';
import { withLock } from './lock.ts';
import { ensureBridge, removeBridge, removeNodeNetwork } from './network.ts';
import { type NodeParts, nodeReady, startNode } from './node.ts';
import { debianTree } from './packages.ts';
import { ensurePki } from './pki.ts';
import { kubeconfigPath, nodeName, stateDir } from './places.ts';
import { alive, kill, recorded, start } from './process.ts';
import { run, until } from './run.ts';
import { labSupported } from './supported.ts';
import { restoreSysctls, saveSysctls } from './sysctls.ts';

/** A cluster with one node. All below is written for several; a second one needs its number here. */
const nodeIndexes: readonly number[] = [1];

const apiTimeoutMs = 60_000;

type Log = (line: string) => void;
const toStderr: Log = (line) => process.stderr.write(`lab: ${line}\n`);

/** A running lab. */
export interface Lab {
  /** Of the cluster's administrator. */
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
  /**
   * Runs kubectl as administrator.
   * @returns its standard output
   * @throws Error with its standard error
   */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** A power cut: every process on the node ends at once, its disk stays. Done when the last one is gone. */
  nodeKill(name: string): Promise<void>;
  /** Switches a node on, and waits until it says that it is ready. */
  nodeStart(name: string): Promise<void>;
  /** Builds the images again and gives the nodes what changed; for work on the stand-ins. */
  importImages(): Promise<readonly string[]>;
}

/**
 * Brings the lab up. A lab that is up is reused, whoever started it, and what of it isn't running is started again.
 * @throws Error when this machine can't; {@link labSupported} tells that beforehand
 */
export async function labUp(log: Log = toStderr): Promise<Lab> {
  const reason = labSupported();
  if (reason) throw new Error(`the lab ${reason}`);
  await withLock(log, () => bringUp(log));
  return runningLab(log);
}

async function bringUp(log: Log): Promise<void> {
  const parts = await buildParts(log);
  const images = buildImages(parts);
  images.catch(() => {}); // awaited below; a failure in between must not end the process
  const dead = [...controlPlane.map(({ name }) => name), ...nodeIndexes.map(nodeName)].filter((name) => !alive(name));
  if (existsSync(kubeconfigPath) && dead.length > 0) log(`not running: ${dead.join(', ')}; starting again`);
  mkdirSync(stateDir, { recursive: true, mode: 0o711 });
  saveSysctls();
  ensureCgroups(['system']);
  await ensureBridge(parts.tree);
  await ensurePki(parts.tree);
  startControlPlane(parts);
  const since = new Date();
  for (const index of nodeIndexes) if (!alive(nodeName(index))) await startNode(index, parts);
  const imported = nodeIndexes.map(async (index) => {
    await containerdAnswers(index);
    const changed = await importImages(index, await images);
    if (changed.length > 0) log(`${nodeName(index)}: imported ${changed.length} images`);
  });
  await apiReady();
  await Promise.all([...imported, ...nodeIndexes.map((index) => nodeReady(index, since))]);
}

async function buildParts(log: Log): Promise<NodeParts> {
  const [tree, programs] = await Promise.all([debianTree(log), goPrograms(log)]);
  return { tree, programs };
}

async function buildImages({ tree, programs }: NodeParts): Promise<readonly Image[]> {
  const [layers, standin] = await Promise.all([programLayers(tree), standinLayer()]);
  return labImages(layers, readFileSync(join(programs, 'pause')), standin);
}

function startControlPlane({ programs }: NodeParts): void {
  writeFileSync(corefilePath, corefile);
  for (const {
    name,
    argv: [program = '', ...args],
  } of controlPlane) {
    if (!alive(name)) start(name, [join(programs, program), ...args]);
  }
}

/** Waits for the API server and gives it what no component makes by itself. */
async function apiReady(): Promise<void> {
  await until('API server', apiTimeoutMs, async () => (await api('/readyz')).status === 200);
  // See the authorization mode in control-plane.ts.
  const answer = await api('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'lab-nodes' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
  });
  if (answer.status !== 201 && answer.status !== 409) throw new Error(`rights for the nodes: ${answer.body}`);
  // Without it no pod can be created.
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until('default service account', apiTimeoutMs, async () => (await api(account)).status === 200);
}

function runningLab(log: Log): Lab {
  const quiet = () => {};
  return {
    kubeconfig: kubeconfigPath,
    nodes: nodeIndexes.map(nodeName),
    kubectl: async (args, input) => {
      const program = join(await goPrograms(quiet), 'kubectl');
      return run([program, `--kubeconfig=${kubeconfigPath}`, ...args], input === undefined ? {} : { input });
    },
    nodeKill: (name) => withLock(log, () => kill([nodeName(indexOf(name))])),
    nodeStart: (name) =>
      withLock(log, async () => {
        const since = new Date();
        const index = indexOf(name);
        if (!alive(name)) await startNode(index, await buildParts(quiet));
        await nodeReady(index, since);
      }),
    importImages: () =>
      withLock(log, async () => {
        const images = await buildImages(await buildParts(quiet));
        return (await Promise.all(nodeIndexes.map((index) => importImages(index, images)))).flat();
      }),
  };
}

function indexOf(name: string): number {
  const index = nodeIndexes.find((each) => nodeName(each) === name);
  if (index === undefined) throw new Error(`${name}: the lab's nodes are ${nodeIndexes.map(nodeName).join(', ')}`);
  return index;
}

/** Ends the lab and removes all that it made on this machine but the cache. */
export async function labDown(log: Log = toStderr): Promise<void> {
  await withLock(log, async () => {
    if (!existsSync(stateDir)) return;
    const tree = await debianTree(log);
    await kill(recorded());
    for (const index of nodeIndexes) await removeNodeNetwork(tree, index);
    await removeBridge(tree);
    await removeCgroups();
    restoreSysctls();
    rmSync(stateDir, { recursive: true, force: true });
  });
}

/** What of the lab runs. `down`: nothing of it is on this machine. */
export interface LabStatus {
  readonly state: 'up' | 'partial' | 'down';
  readonly dead: readonly string[];
  readonly kubeconfig: string;
}

export function labStatus(): LabStatus {
  const names = [...controlPlane.map(({ name }) => name), ...nodeIndexes.map(nodeName)];
  const dead = names.filter((name) => alive(name) === undefined);
  const state = dead.length === 0 ? 'up' : existsSync(stateDir) ? 'partial' : 'down';
  return { state, dead, kubeconfig: kubeconfigPath };
}
