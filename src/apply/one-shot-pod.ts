import { BootError, isBootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';

/** Work on a node or a volume that only a pod can do: it runs once, says a few words, and is taken away again. */

export interface OneShot {
  /** With one container, and `restartPolicy: Never`. */
  readonly pod: KubeObject;
  /** What it does, as it goes on after "the pod that": `makes the volumes' directories`. */
  readonly purpose: string;
  /** What to do where the pod security of the namespace forbids it. */
  readonly forbiddenHint: string;
  /** How many of its last lines are wanted; without it none, and a few where it failed. */
  readonly tailLines?: number;
}

export interface OneShotContext {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** On the clock; the image may have to be pulled first. */
  readonly deadlineMs: number;
}

export interface OneShotEnd {
  readonly succeeded: boolean;
  /** The last lines of its output. */
  readonly words: string;
}

const pollMs = 150;
/** How long what keeps the pod from starting may be a passing matter: a registry is tried again within this time. */
const obstacleGraceMs = 60_000;
const failureTailLines = 5;

/**
 * Runs the pod to its end and takes it away again. Its work must bear being done twice: a pod that somebody took away
 * is made again.
 * @throws BootError `rollout` with what has kept it from starting for a minute; `timeout` with its state
 */
export async function runOneShot(task: OneShot, context: OneShotContext): Promise<OneShotEnd> {
  const { pod, tailLines } = task;
  const { kube, clock, signal } = context;
  await createWhenFree(task, context);
  let startableMs = clock.now();
  try {
    for (;;) {
      const live = (await kube.get(refOf(pod))) as Pod | undefined;
      if (live?.status.phase === 'Succeeded') return { succeeded: true, words: await wordsOf(pod, kube, tailLines) };
      if (live?.status.phase === 'Failed') {
        return { succeeded: false, words: await wordsOf(pod, kube, tailLines ?? failureTailLines) };
      }
      // Somebody took it away: another run that made its own, or a person who tidied up.
      if (!live) await createWhenFree(task, context);
      const obstacle = live && obstacleOf(live);
      if (obstacle === undefined) startableMs = clock.now();
      else if (clock.now() - startableMs > obstacleGraceMs) throw unstartable(task, obstacle);
      if (clock.now() > context.deadlineMs) throw late(task, live);
      await clock.sleep(pollMs, signal);
    }
  } finally {
    await kube.delete(refOf(pod), { propagation: 'Background' });
  }
}

/**
 * Makes the pod. One that an interrupted run left behind is in the way, and so is our own where the answer to its
 * creation was lost; a pod's name is free some moments after its deletion. A new namespace's account comes late, too.
 */
async function createWhenFree(task: OneShot, { kube, clock, signal, deadlineMs }: OneShotContext): Promise<void> {
  const { pod, forbiddenHint: hint } = task;
  for (;;) {
    try {
      await kube.create(pod);
      return;
    } catch (error) {
      if (clock.now() > deadlineMs) throw error;
      const occupant = await kube.get(refOf(pod));
      const cause = isBootError(error) ? error.details.cause : '';
      if (cause.includes('violates PodSecurity')) {
        throw new BootError({ exit: 'rollout', object: formatRef(refOf(pod)), cause, hint });
      }
      if (!occupant && !cause.includes('serviceaccount')) throw error;
      if (occupant && occupant.metadata.deletionTimestamp === undefined) {
        await kube.delete(refOf(pod), { propagation: 'Background' });
      }
      await clock.sleep(pollMs, signal);
    }
  }
}

async function wordsOf({ metadata, spec }: KubeObject, kube: KubeClient, tailLines = 0): Promise<string> {
  const [container] = (spec as Pod['spec']).containers;
  if (tailLines === 0 || !container) return '';
  return (await kube.logs(metadata.namespace ?? '', metadata.name, container.name, { tailLines })).trim();
}

/** What a container waits for in any start. */
const usualWaits: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** What keeps the pod from starting, in Kubernetes' words; undefined while nothing does. */
function obstacleOf({ status: { conditions, containerStatuses } }: Pod): string | undefined {
  const unscheduled = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return `${unscheduled.reason ?? 'not scheduled'}: ${unscheduled.message ?? ''}`;
  const waiting = containerStatuses?.[0]?.state?.waiting;
  if (!waiting || usualWaits.has(waiting.reason ?? '')) return undefined;
  return `${waiting.reason ?? 'waiting'}: ${waiting.message ?? ''}`;
}

function unstartable({ pod, purpose }: OneShot, obstacle: string): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `the pod that ${purpose} can't start (${obstacle})`,
    hint: eventsHint(pod),
  });
}

function late({ pod, purpose }: OneShot, live: Pod | undefined): BootError {
  const state = live ? (obstacleOf(live) ?? live.status.phase) : 'it is not there';
  return new BootError({
    exit: 'timeout',
    object: formatRef(refOf(pod)),
    cause: `the pod that ${purpose} has not ended (${state})`,
    hint: eventsHint(pod),
  });
}

/** The pod itself is gone by then; its events stay for an hour. */
function eventsHint({ metadata: { namespace, name } }: KubeObject): string {
  return `kubectl -n ${namespace} get events --field-selector involvedObject.name=${name}`;
}
