import type { Emit } from '../base/events.ts';
import type { Pod } from '../base/kube-types.ts';
import type { Patience } from '../consul/ask.ts';
import type { Reach } from '../consul/reach.ts';
import { readRegistrations } from '../consul/registrations.ts';
import type { KubeClient } from '../kube/types.ts';
import { mainPort } from '../plan/gates.ts';
import type { Plan } from '../plan/types.ts';
import { deletePods, readPods, runningSinceMs } from './pods.ts';

export interface RegistrationsContext {
  readonly kube: Pick<KubeClient, 'list' | 'delete'>;
  readonly reach: Reach;
  readonly patience: Patience;
  readonly emit: Emit;
}

/**
 * A service registers when it starts, and never again. Where the registry has lost its data meanwhile, services that run
 * on are unknown: their peers don't find them, and the gates of others wait for them for ever. These are started anew;
 * one that began after the registry would register by itself, so it is left alone.
 * @returns the services whose pods were taken away
 * @throws BootError `timeout` when the registry doesn't answer
 */
export async function renewRegistrations(
  { release, namespace, services }: Plan,
  { kube, reach, patience, emit }: RegistrationsContext,
): Promise<readonly string[]> {
  const { service: registry } = release.registry;
  const registered = await readRegistrations(reach, { service: registry, port: mainPort(release, registry) }, patience);
  const unknown = services.filter(({ row }) => row.registration !== undefined && !registered.has(row.registration));
  if (unknown.length === 0) return [];
  const pods = await readPods(kube, namespace);
  const sinceMs = Math.max(...(pods.get(registry) ?? []).flatMap((pod) => runningSinceMs(pod) ?? []));
  const lost = unknown.flatMap(({ name }) => {
    const older = (pods.get(name) ?? []).filter((pod) => isOlder(pod, sinceMs));
    return older.length > 0 ? [{ name, older }] : [];
  });
  if (lost.length === 0) return [];
  const names = lost.map(({ name }) => name);
  const message = `it has lost the registrations of ${names.join(', ')}, which they make at their start only; starting them anew`;
  emit({ type: 'warning', object: registry, message });
  await deletePods(
    kube,
    lost.flatMap(({ older }) => older),
  );
  return names;
}

function isOlder(pod: Pod, sinceMs: number): boolean {
  const ownMs = runningSinceMs(pod);
  return ownMs !== undefined && ownMs < sinceMs;
}
