import { nodeIndexes } from './addresses.ts';
import { bringUp, buildImages, type Log, labExists, memberUp, processNames, takeDown } from './bring-up.ts';
import { importImages } from './images/import.ts';
import { withLock } from './lock.ts';
import { firstIndex, memberIndexes, nodeGone } from './members.ts';
import { nodeReady, restartKubelet, startNode } from './node.ts';
import { kubectlPath, type Parts, runningParts } from './parts.ts';
import { kubeconfigPath, nodeName } from './places.ts';
import { alive, kill } from './process.ts';
import { run } from './run.ts';
import { labSupported } from './supported.ts';

const toStderr: Log = (line) => process.stderr.write(`lab: ${line}\n`);

/** Two commands at once, of two clones perhaps, take turns. */
const changing = <T>(log: Log, work: () => Promise<T>): Promise<T> =>
  withLock('change', () => log('another lab command is at work: waiting for it'), work);

/** A running lab. */
export interface Lab {
  /** Of the cluster's administrator. */
  readonly kubeconfig: string;
  /** Those that belong to the lab at this moment, on or off. */
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
  /** Ends a node's kubelet, which starts again, and waits until it has said that it is ready. Containers run on. */
  kubeletRestart(name: string): Promise<void>;
  /** Adds a node to the lab: with all images, and ready. Tests use {@link withSecondNode}. */
  nodeJoin(name: string): Promise<void>;
  /** Takes a node that joined out of the lab: its pods, its Node object, its disk. Nothing of it stays. */
  nodeLeave(name: string): Promise<void>;
  /**
   * Makes the images again from the stand-ins as they are now.
   * @returns the names of those that changed, and that the nodes now have
   */
  importImages(): Promise<readonly string[]>;
}

/**
 * Brings the lab up. A lab that is up is reused, whoever started it, and what of it isn't running is started again.
 * @throws Error when this machine can't; {@link labSupported} tells that beforehand
 */
export async function labUp(log: Log = toStderr): Promise<Lab> {
  const reason = labSupported();
  if (reason) throw new Error(`the lab ${reason}`);
  await changing(log, () => bringUp(log));
  return theLab(log);
}

/** Ends the lab and removes all that it made on this machine but the cache. */
export async function labDown(log: Log = toStderr): Promise<void> {
  await changing(log, () => takeDown(log));
}

/** What of the lab runs. `down`: there is none on this machine. */
export interface LabStatus {
  readonly state: 'up' | 'partial' | 'down';
  readonly dead: readonly string[];
  readonly kubeconfig: string;
}

/** Asks the machine's processes, not the cluster. */
export function labStatus(): LabStatus {
  const dead = processNames().filter((name) => alive(name) === undefined);
  const state = !labExists() ? 'down' : dead.length > 0 ? 'partial' : 'up';
  return { state, dead, kubeconfig: kubeconfigPath };
}

/** The lab as it is now, up or not, without touching it. */
export function theLab(log: Log = toStderr): Lab {
  return {
    kubeconfig: kubeconfigPath,
    get nodes() {
      return memberIndexes().map((index) => nodeName(index));
    },
    kubectl: (args, input) => {
      const command = [kubectlPath, `--kubeconfig=${kubeconfigPath}`, ...args];
      return run(command, input === undefined ? {} : { input });
    },
    nodeKill: (name) => changing(log, () => kill([nodeName(memberOf(name))])),
    nodeStart: (name) => changing(log, () => switchOn(memberOf(name))),
    kubeletRestart: (name) => changing(log, () => restartKubelet(memberOf(name))),
    nodeJoin: (name) => changing(log, () => addNode(indexOf(name), log)),
    nodeLeave: (name) => changing(log, () => nodeGone(joinedOf(name))),
    importImages: () => changing(log, renewImages),
  };
}

async function switchOn(index: number): Promise<void> {
  const running = alive(nodeName(index));
  const since = running ? new Date(0) : new Date();
  if (!running) await startNode(index, partsOrThrow());
  await nodeReady(index, since);
}

async function addNode(index: number, log: Log): Promise<void> {
  const parts = partsOrThrow();
  await memberUp(index, parts, buildImages(parts), log);
}

async function renewImages(): Promise<readonly string[]> {
  const images = await buildImages(partsOrThrow());
  return (await Promise.all(memberIndexes().map((index) => importImages(index, images)))).flat();
}

function partsOrThrow(): Parts {
  const parts = runningParts();
  if (!parts) throw new Error('there is no lab: `npm run lab up` starts one');
  return parts;
}

const indexOf = (name: string): number => find(name, nodeIndexes);
const memberOf = (name: string): number => find(name, memberIndexes());
/** Leaving twice is no error. */
const joinedOf = (name: string): number =>
  find(
    name,
    nodeIndexes.filter((index) => index !== firstIndex),
  );

function find(name: string, indexes: readonly number[]): number {
  const index = indexes.find((each) => nodeName(each) === name);
  if (index === undefined) throw new Error(`${name || 'no name'}: not one of ${indexes.map(nodeName).join(', ')}`);
  return index;
}
