import { BootError, isBootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';

/** Work on a node or a volume that only a pod can do: it runs once, says a few words, and is taken away again. */

export interface OneShot {
  /** With `restartPolicy: Never`. Of several containers the first one's words count. */
  readonly pod: KubeObject;
  /** What it does, as it goes on after "the pod that": `makes the volumes' directories`. */
  readonly purpose: string;
  /** What to do where the pod security of the namespace forbids it. */
  readonly forbiddenHint: string;
  /** How long it may run before something must be wrong. */
  readonly longestRunMs?: number;
  /** How many of its last lines are wanted; without it none, and a few where it failed. */
  readonly tailLines?: number;
}

export interface OneShotContext {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** On the clock; the image may have to be pulled first. */
  readonly deadlineMs: number;
  /** What keeps a pod from starting, as far as more than its own status tells. */
  readonly explain?: (pod: Pod) => Promise<Obstacle | undefined>;
}

export interface Obstacle {
  readonly cause: string;
  readonly hint?: string;
  /** How long it must last before it counts. */
  readonly graceMs: number;
}

export interface OneShotEnd {
  readonly succeeded: boolean;
  /** The last lines of its output. */
  readonly words: string;
  readonly pod: Pod;
}

const pollMs = 150;
/** A pod whose image takes minutes is looked at ever more seldom, never later than this part of the time it took. */
const maxPollMs = 3_000;
const lateShare = 0.1;
/** How long what keeps the pod from starting may be a passing matter: a registry is tried again within this time. */
const obstacleGraceMs = 60_000;
const failureTailLines = 5;

/**
 * Runs the pod to its end and takes it away again. Its work must bear being done twice: a pod that somebody took away
 * is made again.
 * @throws BootError `rollout` with what has kept it from starting for too long, or when it never ends; `timeout` with
 *   its state
 */
export async function runOneShot(task: OneShot, context: OneShotContext): Promise<OneShotEnd> {
  const { pod, tailLines } = task;
  const { kube } = context;
  try {
    const live = await follow(task, context, hasEnded);
    const succeeded = live.status.phase === 'Succeeded';
    const wanted = tailLines ?? (succeeded ? 0 : failureTailLines);
    return { succeeded, words: await wordsOf(pod, kube, wanted), pod: live };
  } finally {
    await kube.delete(refOf(pod), { propagation: 'Background' });
  }
}

/**
 * Makes a pod that stays until somebody takes it away, and waits until its containers run.
 * @throws BootError as {@link runOneShot}, `rollout` also when the pod ends at once
 */
export async function startPod(task: OneShot, context: OneShotContext): Promise<void> {
  const live = await follow(task, context, (pod) => pod.status.phase === 'Running' || hasEnded(pod));
  if (hasEnded(live)) throw endedAtOnce(task, live);
}

function hasEnded({ status: { phase } }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Makes the pod, and waits until it has come so far. */
async function follow(task: OneShot, context: OneShotContext, isReached: (pod: Pod) => boolean): Promise<Pod> {
  const { pod, longestRunMs = Number.POSITIVE_INFINITY } = task;
  const { kube, clock, signal } = context;
  await createWhenFree(task, context);
  const lookForObstacle = obstacleWatch(context);
  const beganMs = clock.now();
  let startableMs = beganMs;
  let startedMs: number | undefined;
  for (;;) {
    const live = (await kube.get(refOf(pod))) as Pod | undefined;
    if (live && isReached(live)) return live;
    // Somebody took it away: another run that made its own, or a person who tidied up.
    if (!live) await createWhenFree(task, context);
    const obstacle = live && (await lookForObstacle(live));
    if (obstacle === undefined) startableMs = clock.now();
    else if (clock.now() - startableMs > obstacle.graceMs) throw unstartable(task, obstacle);
    startedMs = live?.status.phase === 'Running' ? (startedMs ?? clock.now()) : undefined;
    if (startedMs !== undefined && clock.now() - startedMs > longestRunMs) throw endless(task, longestRunMs);
    if (clock.now() > context.deadlineMs) throw late(task, live);
    const waitedMs = clock.now() - beganMs;
    await clock.sleep(Math.min(Math.max(pollMs, waitedMs * lateShare), maxPollMs), signal);
  }
}

/** A pod that starts as it should has no time to be asked about. */
const explainEveryMs = 2_000;

/** Looks at a pod again and again; asks for an explanation now and then, as long as it doesn't start. */
function obstacleWatch({ clock, explain }: OneShotContext): (pod: Pod) => Promise<Obstacle | undefined> {
  let nextMs = clock.now() + explainEveryMs;
  let explained: Obstacle | undefined;
  return async (pod) => {
    if (pod.status.phase === 'Running' && obstacleOf(pod) === undefined) return undefined;
    if (explain && clock.now() >= nextMs) {
      explained = await explain(pod);
      nextMs = clock.now() + explainEveryMs;
    }
    const cause = obstacleOf(pod);
    return explained ?? (cause === undefined ? undefined : { cause, graceMs: obstacleGraceMs });
  };
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
function obstacleOf({ status: { conditions, containerStatuses = [] } }: Pod): string | undefined {
  const unscheduled = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return `${unscheduled.reason ?? 'not scheduled'}: ${unscheduled.message ?? ''}`;
  const waits = containerStatuses.flatMap(({ state }) => state?.waiting ?? []);
  const unusual = waits.find(({ reason = '' }) => !usualWaits.has(reason));
  return unusual && `${unusual.reason ?? 'waiting'}: ${unusual.message ?? ''}`;
}

function unstartable({ pod, purpose }: OneShot, { cause, hint }: Obstacle): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `the pod that ${purpose} can't start (${cause})`,
    hint: hint ?? eventsHint(pod),
  });
}

function endless({ pod, purpose }: OneShot, longestRunMs: number): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `the pod that ${purpose} has come to no end in ${longestRunMs / 1000} s: what it works on doesn't answer`,
    hint: 'Look at the disk, or at the file server and the network between it and the node, and run this again.',
  });
}

function endedAtOnce({ pod, purpose }: OneShot, { status }: Pod): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `the pod that ${purpose} ended before it could (${status.reason ?? status.message ?? status.phase})`,
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
