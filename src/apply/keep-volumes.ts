import type { Emit } from '../base/events.ts';
import { formatRef, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import type { KubeClient } from '../kube/types.ts';
import { keepVolume } from '../plan/kept-volumes.ts';
import type { Plan } from '../plan/types.ts';

const parallel = 8;

/**
 * Sees to it that the volumes which a provisioner made for our claims outlast these. A claim that isn't bound yet has
 * none, so this is called once more when its pod runs. What is kept already costs no write.
 */
export async function keepVolumes(
  { storage, namespace, objects, release }: Pick<Plan, 'storage' | 'namespace' | 'objects' | 'release'>,
  { kube, emit }: { readonly kube: KubeClient; readonly emit: Emit },
): Promise<void> {
  if (storage.kind !== 'class') return;
  const planned = new Set(objects.flatMap(({ kind, metadata }) => (kind === claimKind ? [metadata.name] : [])));
  const live = await kube.list('v1', claimKind, { namespace });
  const claims = live.filter(({ metadata }) => planned.has(metadata.name));
  await mapPool(claims, parallel, async (claim) => {
    const ref = volumeOf(claim);
    const volume = ref && (await kube.get(ref));
    const keeping = volume && keepVolume(volume, claim, release);
    if (!keeping) return;
    await kube.patch(refOf(volume), keeping.patch);
    emit({ type: 'applied', object: formatRef(refOf(volume)), action: 'changed' });
  });
}

const claimKind = 'PersistentVolumeClaim';

function volumeOf({ spec }: KubeObject): ObjectRef | undefined {
  const { volumeName } = (spec ?? {}) as { readonly volumeName?: string };
  return volumeName === undefined ? undefined : { apiVersion: 'v1', kind: 'PersistentVolume', name: volumeName };
}
