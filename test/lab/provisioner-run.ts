import { setTimeout as delay } from 'node:timers/promises';
import { api } from './api.ts';
import {
  type ClassOf,
  claimsToServe,
  eventFor,
  type Storage,
  volumeFor,
  volumeName,
  volumesOf,
  volumesToRemove,
} from './provisioner.ts';
import type { Claim, Volume } from './volume-types.ts';

/** A provisioner of the lab: a part of the test's own process, and it ends with that. */
export interface Provisioner {
  /** Starts it, if it doesn't run. */
  serve(): void;
  /** Ends it, as when its pod is gone. */
  stop(): Promise<void>;
}

/** The provisioner of a class. It doesn't run yet. */
export function provisionerOf(of: ClassOf, storage: Storage): Provisioner {
  let running: { readonly ending: AbortController; readonly ended: Promise<void> } | undefined;
  return {
    serve: () => {
      if (running) return;
      const ending = new AbortController();
      running = { ending, ended: serve(of, storage, ending.signal) };
    },
    stop: async () => {
      const last = running;
      running = undefined;
      last?.ending.abort();
      await last?.ended;
    },
  };
}

const pauseMs = 250;

async function serve(of: ClassOf, storage: Storage, signal: AbortSignal): Promise<void> {
  const refused = new Set<string>();
  while (!signal.aborted) {
    // The API server may be busy or, for a test, away; the next round asks again.
    await serveOnce(of, storage, refused).catch(() => {});
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
}

/** @param refused the claims that can't be served, and were told so */
async function serveOnce(of: ClassOf, storage: Storage, refused: Set<string>): Promise<void> {
  const [claims, volumes] = await Promise.all([
    list<Claim>('/api/v1/persistentvolumeclaims'),
    list<Volume>('/api/v1/persistentvolumes'),
  ]);
  for (const claim of claimsToServe(of, claims, volumes)) {
    if (refused.has(claim.metadata.uid)) continue;
    const name = volumeName(claim);
    const place = await storage.make(claim, name);
    if (typeof place === 'string') {
      refused.add(claim.metadata.uid);
      const message = `failed to provision volume with StorageClass "${of.name}": ${place}`;
      await tell(claim, eventFor(of, claim, 'Warning', 'ProvisioningFailed', message));
    } else {
      await api('/api/v1/persistentvolumes', { method: 'POST', body: volumeFor(of, claim, place) });
      const message = `Successfully provisioned volume ${name}`;
      await tell(claim, eventFor(of, claim, 'Normal', 'ProvisioningSucceeded', message));
    }
  }
  for (const volume of volumesToRemove(of, volumes)) {
    if (await storage.remove(volume)) await removeVolume(volume);
  }
}

/** Removes all volumes of a class with their data, bound or not. */
export async function removeVolumes(of: ClassOf, storage: Storage): Promise<void> {
  for (const volume of volumesOf(of, await list<Volume>('/api/v1/persistentvolumes'))) {
    await storage.remove(volume);
    await removeVolume(volume);
  }
}

const removeVolume = ({ metadata }: Volume) => api(`/api/v1/persistentvolumes/${metadata.name}`, { method: 'DELETE' });

const tell = ({ metadata }: Claim, event: object) =>
  api(`/api/v1/namespaces/${metadata.namespace}/events`, { method: 'POST', body: event });

async function list<T>(path: string): Promise<readonly T[]> {
  const { status, body } = await api(path);
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return JSON.parse(body).items;
}
