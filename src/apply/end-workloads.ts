import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import { formatDuration } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';
import { nextEndings, workloadKinds, workloadService } from '../plan/ending.ts';
import type { Graph } from '../plan/graph.ts';
import { managedByLabel, managedByValue } from '../plan/labels.ts';
import { describeDeletion, isManaged } from '../plan/ownership.ts';
import type { RemovalContext } from './remove.ts';

const parallel = 8;
const pollMs = 300;
const heartbeatMs = 10_000;
const usualGraceSeconds = 30;
/** The node takes the last steps of a pod after its grace; only then is it late. */
const marginMs = 10_000;

/** The workloads and pods of an installation; of each only what bears our label. */
export async function listWorkloads(kube: KubeClient, namespace: string): Promise<readonly KubeObject[]> {
  const labelSelector = `${managedByLabel}=${managedByValue}`;
  const lists = await Promise.all(
    workloadKinds.map(({ apiVersion, kind }) => kube.list(apiVersion, kind, { namespace, labelSelector })),
  );
  return lists.flat().filter((object) => isManaged(object) && object.metadata.namespace === namespace);
}

/**
 * Ends every workload of an installation, each when the pods of those that need it are gone, and waits until nothing is
 * left. What ends late is told, and doesn't hold up the others.
 * @param needs service to the services that it needs
 * @throws BootError `timeout` with what is left when the deadline passes
 */
export async function endWorkloads(namespace: string, needs: Graph, context: RemovalContext): Promise<void> {
  const { kube, clock, signal, emit, deadlineMs } = context;
  const startMs = clock.now();
  const endingSinceMs = new Map<string, number>();
  const late = new Set<string>();
  let toldMs = startMs;
  for (;;) {
    signal.throwIfAborted();
    const live = await listWorkloads(kube, namespace);
    const nowMs = clock.now();
    const overdue = live.filter(isPod).filter((pod) => isOverdue(pod, endingSinceMs, nowMs));
    for (const pod of overdue) if (!late.has(idOf(pod))) emit(lateWarning(pod));
    for (const pod of overdue) late.add(idOf(pod));
    const { due, left } = nextEndings(needs, live, new Set(overdue.map(workloadService)));
    if (left.length === 0) return;
    if (nowMs >= deadlineMs) throw notEnded(live, namespace, nowMs - startMs);
    await mapPool(due, parallel, async (ref) => {
      // What is in the foreground stays until all that it has made is gone, so that another run sees it, too.
      await kube.delete(ref, { propagation: 'Foreground' });
      emit({ type: 'applied', object: formatRef(ref), action: 'deleted' });
    });
    if (nowMs - toldMs >= heartbeatMs) {
      toldMs = nowMs;
      emit({ type: 'heartbeat', waitingFor: left, elapsedMs: Math.round(nowMs - startMs) });
    }
    await clock.sleep(Math.min(pollMs, Math.max(1, deadlineMs - nowMs)), signal);
  }
}

function isPod(object: KubeObject): object is Pod {
  return object.kind === 'Pod';
}

function idOf({ metadata }: KubeObject): string {
  return metadata.uid ?? metadata.name;
}

/** Measured from when it was first seen ending, since the date of another machine is nothing to go by. */
function isOverdue(pod: Pod, sinceMs: Map<string, number>, nowMs: number): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false;
  const since = sinceMs.get(idOf(pod)) ?? nowMs;
  sinceMs.set(idOf(pod), since);
  return nowMs - since > graceSeconds(pod) * 1000 + marginMs;
}

function graceSeconds({ metadata }: Pod): number {
  return metadata.deletionGracePeriodSeconds ?? usualGraceSeconds;
}

function lateWarning(pod: Pod): Parameters<Emit>[0] {
  const { nodeName } = pod.spec;
  return {
    type: 'warning',
    object: formatRef(refOf(pod)),
    message: `it has not ended within its grace of ${graceSeconds(pod)} s`,
    ...(nodeName === undefined ? {} : { hint: `Is its node, ${nodeName}, up?` }),
  };
}

function notEnded(live: readonly KubeObject[], namespace: string, elapsedMs: number): BootError {
  const [first] = live;
  const pods = live.filter(isPod);
  return new BootError({
    exit: 'timeout',
    object: live.length === 1 && first ? formatRef(refOf(first)) : `${live.length} objects of namespace ${namespace}`,
    cause: `not gone after ${formatDuration(elapsedMs)}; what ended stays gone, and the data are untouched`,
    evidence: live.map((object) => {
      const node = isPod(object) && object.spec.nodeName ? ` on node ${object.spec.nodeName}` : '';
      const state = object.metadata.deletionTimestamp ? describeDeletion(object) : 'not told to end yet';
      return `${formatRef(refOf(object))}${node}: ${state}`;
    }),
    hint: `Run this again when the node is up. Where a node is gone for good: kubectl -n ${namespace} delete pod ${pods[0]?.metadata.name ?? 'NAME'} --force`,
  });
}
