import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import { type RetryPolicy, retry } from '../base/retry.ts';
import type { Clock } from '../base/time.ts';
import { isPassing, KubeError } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import type { InstalledService } from '../plan/installed-services.ts';
import { managedByLabel, managedByValue, replicasAnnotation, serviceLabel } from '../plan/labels.ts';

/**
 * Stops services without taking anything away: their Deployments have no replicas for a while, and say how many they
 * had. Should nobody come to start them again, the next pause does when it is over, and so does `install`: it gives each
 * Deployment its replica, as any field that is not as planned.
 */

/** How many replicas a service has when nobody has stopped it for a while, as a run that was killed had. */
export function lastingReplicas({ deployment: { metadata, spec } }: InstalledService): number {
  const { replicas = 1 } = spec;
  return replicas > 0 ? replicas : Number(metadata.annotations?.[replicasAnnotation] ?? 0);
}

const parallel = 8;
const pollMs = 300;
const heartbeatMs = 10_000;

export interface PauseContext {
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** On the clock. */
  readonly deadlineMs: number;
}

/** Takes the replicas of these services away, all at once, and waits until their pods are gone. */
export async function stopServices(services: readonly InstalledService[], context: PauseContext): Promise<void> {
  const { clock, signal, emit, deadlineMs } = context;
  await setReplicas(services, (service) => ({ replicas: 0, paused: String(lastingReplicas(service)) }), context);
  const names = new Set(services.map(({ name }) => name));
  const startMs = clock.now();
  let toldMs = startMs;
  for (;;) {
    signal.throwIfAborted();
    const left = (await podsOf(context)).filter(({ metadata }) => names.has(metadata.labels?.[serviceLabel] ?? ''));
    if (left.length === 0) return;
    const nowMs = clock.now();
    if (nowMs >= deadlineMs) throw stillThere(left, context.namespace);
    if (nowMs - toldMs >= heartbeatMs) {
      toldMs = nowMs;
      emit({ type: 'heartbeat', waitingFor: left.map(({ metadata }) => metadata.name), elapsedMs: nowMs - startMs });
    }
    await clock.sleep(pollMs, signal);
  }
}

/** Gives these services the replicas back that they had when they were looked at, or before an earlier pause. */
export async function startServices(services: readonly InstalledService[], context: PauseContext): Promise<void> {
  await setReplicas(services, (service) => ({ replicas: lastingReplicas(service), paused: null }), context);
}

async function setReplicas(
  services: readonly InstalledService[],
  stateOf: (service: InstalledService) => { readonly replicas: number; readonly paused: string | null },
  { kube, clock, emit }: PauseContext,
): Promise<void> {
  await mapPool(services, parallel, async (service) => {
    const ref = refOf(service.deployment);
    const { replicas, paused } = stateOf(service);
    const patch = { metadata: { annotations: { [replicasAnnotation]: paused } }, spec: { replicas } };
    // Not with the run's signal: an interrupted run, too, has to leave what it stopped as it was.
    await retry(() => kube.patch(ref, patch), passing, clock);
    emit({ type: 'applied', object: formatRef(ref), action: 'changed' });
  });
}

/** Set twice a number is the same. */
const passing: RetryPolicy = {
  attempts: 10,
  firstDelayMs: 250,
  maxDelayMs: 5_000,
  isTransient: (error) => error instanceof KubeError && (error.trouble !== undefined || isPassing(error)),
};

async function podsOf({ kube, namespace }: PauseContext): Promise<readonly KubeObject[]> {
  return kube.list('v1', 'Pod', { namespace, labelSelector: `${managedByLabel}=${managedByValue}` });
}

function stillThere(left: readonly KubeObject[], namespace: string): BootError {
  const [first] = left;
  return new BootError({
    exit: 'timeout',
    object: first && left.length === 1 ? formatRef(refOf(first)) : `${left.length} pods of namespace ${namespace}`,
    cause: 'told to end, and still there; what may still write is not copied',
    evidence: left.map((pod) => formatRef(refOf(pod))),
    hint: `Is the node up? kubectl -n ${namespace} get pods -o wide`,
  });
}
