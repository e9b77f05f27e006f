import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { api } from './api.ts';
import { ensureCgroups, removeCgroups } from './cgroups.ts';
import { controlPlane, corefile, corefilePath } from './control-plane.ts';
import { labImages } from './images/catalog.ts';
import { programLayers } from './images/layers.ts';
import type { Image } from './images/oci.ts';
import { standinLayer } from './images/standin.ts';
import { memberIndexes, nodeUp } from './members.ts';
import { ensureBridge, removeBridge } from './network.ts';
import { debianTree } from './packages.ts';
import { buildParts, type Parts, recordParts, runningParts } from './parts.ts';
import { ensurePki } from './pki.ts';
import { kubeconfigPath, nodeName, stateDir } from './places.ts';
import { alive, kill, recorded, start } from './process.ts';
import { until } from './run.ts';
import { type StandingObject, standingObjects } from './standing-objects.ts';
import { prepareMachine, restoreMachine } from './traces.ts';

export type Log = (line: string) => void;

const apiTimeoutMs = 60_000;

/** The names of the lab's processes; each node is one. */
export const processNames = (): readonly string[] => [
  ...controlPlane.map(({ name }) => name),
  ...memberIndexes().map((index) => nodeName(index)),
];

/** Starts all that isn't running, and gives the nodes the images that they don't have. The caller holds the lock. */
export async function bringUp(log: Log): Promise<void> {
  const parts = await partsOfLab(log);
  const images = buildImages(parts);
  images.catch(() => {}); // awaited below; a failure in between must not end the process
  prepareMachine();
  ensureCgroups(['system']);
  await ensureBridge(parts.tree);
  await ensurePki(parts.tree);
  startControlPlane(parts);
  await Promise.all([apiReady(), ...memberIndexes().map((index) => memberUp(index, parts, images, log))]);
}

/** As {@link nodeUp}, and tells what images the node got. */
export async function memberUp(
  index: number,
  parts: Parts,
  images: Promise<readonly Image[]>,
  log: Log,
): Promise<void> {
  const imported = await nodeUp(index, parts, images);
  if (imported.length > 0) log(`${nodeName(index)}: imported ${imported.length} images`);
}

async function partsOfLab(log: Log): Promise<Parts> {
  const [running, built] = [runningParts(), await buildParts(log)];
  if (!running) recordParts(built);
  else {
    const dead = processNames().filter((name) => !alive(name));
    if (dead.length > 0) log(`not running: ${dead.join(', ')}; starting again`);
    const renewed = running.tree !== built.tree || running.programs !== built.programs;
    if (renewed) log('the lab runs with programs of another version; `npm run lab down` and `up` renew them');
  }
  return running ?? built;
}

function startControlPlane({ programs }: Parts): void {
  writeFileSync(corefilePath, corefile);
  for (const { name, argv } of controlPlane) {
    const [program = '', ...args] = argv;
    if (!alive(name)) start(name, [join(programs, program), ...args]);
  }
}

/** All images, made from the parts and the stand-ins of this work tree. */
export async function buildImages({ tree, programs }: Parts): Promise<readonly Image[]> {
  const [layers, standin] = await Promise.all([programLayers(tree), standinLayer()]);
  return labImages(layers, readFileSync(join(programs, 'pause')), standin);
}

/** Waits for the API server and gives it what no component makes by itself. */
async function apiReady(): Promise<void> {
  await until('API server', apiTimeoutMs, async () => (await api('/readyz')).status === 200);
  for (const { path, object } of standingObjects) {
    await until(path, apiTimeoutMs, () => isThere(path, object));
  }
  // Without it no pod can be created.
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until('default service account', apiTimeoutMs, async () => (await api(account)).status === 200);
}

/** Not made twice: the answer would not always be 409, since a Service's address is looked at before its name. */
async function isThere(path: string, object: StandingObject['object']): Promise<boolean> {
  const { status } = await api(`${path}/${object.metadata.name}`);
  return status === 200 || (await api(path, { method: 'POST', body: object })).status === 201;
}

/** Ends all that runs and removes all but the cache. The caller holds the lock. */
export async function takeDown(log: Log): Promise<void> {
  if (!existsSync(stateDir)) return;
  const tree = runningParts()?.tree ?? (await debianTree(log));
  await kill(recorded());
  await removeBridge(tree);
  await removeCgroups();
  restoreMachine();
  rmSync(stateDir, { recursive: true, force: true });
}

/** True when there is a lab, if only a part of one. */
export const labExists = (): boolean => existsSync(kubeconfigPath);
