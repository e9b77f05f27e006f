import type { ObjectRef } from '../base/kube-types.ts';
import type { VolumeFacts } from '../facts/types.ts';
import { type Erasure, formatSite } from '../plan/erasures.ts';
import type { StoredData } from '../plan/stored-data.ts';
import { eraseDirectories } from './erase.ts';
import { awaitGone, type RemovalContext, removeObjects } from './remove.ts';

/** How long a provisioner may take before it is told that the volume is still there. */
const provisionerMs = 60_000;

/** After a purge that was interrupted it is as it should be. */
const notThere = {
  message: 'it was not there, so nothing in it was deleted',
  hint: 'If its disk is not mounted, the data are still on it: delete them yourself.',
};

export interface Purge {
  readonly namespace: string;
  readonly data: readonly StoredData[];
  readonly erasures: readonly Erasure[];
}

/**
 * Deletes the data of an installation whose pods are gone, then the claims, then the volumes: whatever interrupts it,
 * the volumes still say where the rest of the data is. Volumes that are somebody else's are left as they are.
 * @throws BootError `rollout` when directories can't be deleted, `timeout` when a claim or a volume stays
 */
export async function purgeData({ namespace, data, erasures }: Purge, context: RemovalContext): Promise<void> {
  for (const erasure of erasures) {
    const missing = new Set(await eraseDirectories(erasure, context));
    for (const claim of erasure.claims) {
      const object = `directory ${namespace}/${claim} in ${formatSite(erasure.site)}`;
      if (missing.has(claim)) context.emit({ type: 'warning', object, ...notThere });
      else context.emit({ type: 'applied', object, action: 'deleted' });
    }
  }
  const provisioned = volumesBy('provisioner', data);
  for (const { name, reclaimPolicy } of provisioned) {
    if (reclaimPolicy === 'Delete') continue;
    await context.kube.patch(volumeRef(name), { spec: { persistentVolumeReclaimPolicy: 'Delete' } });
    context.emit({ type: 'applied', object: `persistentvolume/${name}`, action: 'changed' });
  }
  const claims = data.filter(({ hasClaim }) => hasClaim).map(({ claim }) => claimRef(claim, namespace));
  await removeObjects(claims, context);
  await removeObjects(
    volumesBy('pod', data).map(({ name }) => volumeRef(name)),
    context,
  );
  await awaitProvisioners(provisioned, context);
}

async function awaitProvisioners(volumes: readonly VolumeFacts[], context: RemovalContext): Promise<void> {
  const { clock, deadlineMs, emit } = context;
  const untilMs = Math.min(deadlineMs, clock.now() + provisionerMs);
  const left = await awaitGone(
    volumes.map(({ name }) => volumeRef(name)),
    { ...context, deadlineMs: untilMs },
  );
  for (const { name, provisioner } of volumes) {
    if (!left.some(({ metadata }) => metadata.name === name)) {
      emit({ type: 'applied', object: `persistentvolume/${name}`, action: 'deleted' });
      continue;
    }
    emit({
      type: 'warning',
      object: `persistentvolume/${name}`,
      message: `${provisioner} has not deleted it and its data yet; it should as soon as it can`,
      hint: `Look at kubectl describe persistentvolume ${name}`,
    });
  }
}

function volumesBy(by: 'pod' | 'provisioner', data: readonly StoredData[]): readonly VolumeFacts[] {
  return data.flatMap(({ volume, removal }) => (volume && removal.by === by ? [volume] : []));
}

function claimRef(name: string, namespace: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace };
}

function volumeRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'PersistentVolume', name };
}
