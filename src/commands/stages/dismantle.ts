import { endWorkloads } from '../../apply/end-workloads.ts';
import { purgeData } from '../../apply/purge.ts';
import { type RemovalContext, removeObjects } from '../../apply/remove.ts';
import { formatRef, refOf } from '../../base/kube-types.ts';
import { readOccupants } from '../../facts/occupants.ts';
import { needsOf } from '../../plan/ending.ts';
import { findStrangers, isLeaving, nameObjects } from '../../plan/occupants.ts';
import { renderNamespace } from '../../plan/plan.ts';
import type { Release } from '../../plan/release.ts';
import { keepsData } from '../../plan/uninstall.ts';
import type { Survey } from './survey.ts';

/** How long the garbage collection may take for what belonged to our objects. */
const passingMs = 15_000;
const passingPollMs = 500;

export interface Dismantling extends RemovalContext {
  readonly release: Release;
}

/**
 * Takes away what a survey found: workloads, then what they stood on, then, where they are to go, the data. Whatever
 * interrupts it, the next run finds the rest.
 * @throws BootError as `endWorkloads`, `removeObjects` and `purgeData`
 */
export async function dismantle(found: Survey, context: Dismantling): Promise<void> {
  const { namespace, workloads, leftovers, data, isPurge, erasures } = found;
  const { release, emit, kube } = context;
  if (workloads.length + leftovers.groundwork.length > 0) {
    emit({ type: 'stage', stage: 'remove', message: `taking away what is in namespace ${namespace.name}` });
  }
  if (workloads.length > 0) await endWorkloads(namespace.name, needsOf(release), context);
  await removeObjects(leftovers.groundwork, context);
  if (isPurge && data.length > 0) {
    emit({ type: 'stage', stage: 'purge', message: 'deleting the data' });
    await purgeData({ namespace: namespace.name, data, erasures: erasures.byPod }, context);
  }
  if (keepsData(found) && leftovers.inventory && leftovers.trimmed !== undefined) {
    const ref = refOf(leftovers.inventory);
    await kube.patch(ref, { data: { objects: leftovers.trimmed } });
    emit({ type: 'applied', object: formatRef(ref), action: 'changed' });
  }
}

/** The pods that delete directories need a namespace to be in; somebody may have deleted ours. */
export async function provideNamespace(found: Survey, { release, kube, emit }: Dismantling): Promise<Survey> {
  const { name, exists } = found.namespace;
  if (exists || found.erasures.byPod.length === 0) return found;
  await kube.apply(renderNamespace(release, name));
  emit({ type: 'applied', object: `namespace/${name}`, action: 'created' });
  return { ...found, namespace: { ...found.namespace, exists: true, managed: true } };
}

/**
 * Takes away the last of an installation whose data are gone: the namespace, where it is ours and nobody else has
 * anything in it; else only what is ours there. What keeps it is told.
 */
export async function leaveNamespace(found: Survey, context: RemovalContext): Promise<void> {
  const { name, exists, managed } = found.namespace;
  if (!exists) return;
  const object = `namespace/${name}`;
  const reason = managed ? await occupation(name, context) : 'edgex-boot did not make it';
  if (reason === undefined) {
    await removeObjects([{ apiVersion: 'v1', kind: 'Namespace', name }], context);
    return;
  }
  context.emit({ type: 'kept', object, reason });
  const { inventory } = found.leftovers;
  await removeObjects(inventory ? [refOf(inventory)] : [], context);
}

/** Why a namespace of ours has to stay; undefined when it may go. */
async function occupation(namespace: string, context: RemovalContext): Promise<string | undefined> {
  const { clock, signal } = context;
  const untilMs = clock.now() + passingMs;
  for (;;) {
    const { objects, unseen } = await readOccupants(namespace, context);
    const strangers = findStrangers(objects);
    if (unseen.length > 0) return `it is unknown whether somebody has anything there: ${unseen.join(', ')}`;
    if (strangers.length === 0) return undefined;
    if (!strangers.every(isLeaving) || clock.now() >= untilMs) {
      return `it holds what edgex-boot did not make: ${nameObjects(strangers)}`;
    }
    await clock.sleep(passingPollMs, signal);
  }
}
