import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeIndexes } from './addresses.ts';
import { api } from './api.ts';
import { removeCgroups } from './cgroups.ts';
import { containerdAnswers } from './containerd.ts';
import { importImages } from './images/import.ts';
import type { Image } from './images/oci.ts';
import { nodeReady, startNode } from './node.ts';
import type { Parts } from './parts.ts';
import { nodePkiFiles } from './pki.ts';
import { nodeDir, nodeName, stateDir } from './places.ts';
import { alive, kill } from './process.ts';
import { until } from './run.ts';

/** The node that every lab has. The others join it and leave again. */
export const firstIndex = 1;

/** The nodes that belong to the lab, on or off: a node does so as long as it has a directory. */
export function memberIndexes(): readonly number[] {
  return nodeIndexes.filter((index) => index === firstIndex || existsSync(nodeDir(index)));
}

/**
 * Starts a node if it isn't running, gives it the images that it doesn't have, and waits until it is ready. A node that
 * didn't belong to the lab does so from now on.
 * @returns the names of the images that it was given
 */
export async function nodeUp(
  index: number,
  parts: Parts,
  images: Promise<readonly Image[]>,
): Promise<readonly string[]> {
  const running = alive(nodeName(index));
  const since = running ? new Date(0) : new Date();
  if (!running) await startNode(index, parts);
  await containerdAnswers(index);
  const imported = await importImages(index, await images);
  await nodeReady(index, since);
  return imported;
}

/** Takes a node out of the lab: its processes, its pods, its Node object, its disk, its keys. Does nothing twice. */
export async function nodeGone(index: number): Promise<void> {
  const name = nodeName(index);
  await kill([name]);
  // In this order: nothing is scheduled to a node that isn't there, and what was there before has no kubelet to end it.
  await remove(`/api/v1/nodes/${name}`);
  await until(`${name}: no pods`, podsTimeoutMs, () => removePods(name));
  await removeCgroups(name);
  for (const file of [...nodePkiFiles(index), join(stateDir, 'log', `${name}.log`)]) rmSync(file, { force: true });
  rmSync(nodeDir(index), { recursive: true, force: true });
}

const podsTimeoutMs = 30_000;

interface PodList {
  readonly items: readonly { readonly metadata: { readonly namespace: string; readonly name: string } }[];
}

/** @returns true when there are none */
async function removePods(node: string): Promise<boolean> {
  const { body } = await api(`/api/v1/pods?fieldSelector=spec.nodeName=${node}`);
  const { items }: PodList = JSON.parse(body);
  for (const { metadata } of items) {
    await remove(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`);
  }
  return items.length === 0;
}

async function remove(path: string): Promise<void> {
  const { status, body } = await api(path, { method: 'DELETE' });
  if (status !== 200 && status !== 404) throw new Error(`DELETE ${path}: ${status} ${body}`);
}
