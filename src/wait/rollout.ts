import type { Emit } from '../base/events.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';
import type { PlannedService } from '../plan/types.ts';
import type { Cause } from './causes.ts';
import { openDeadline } from './deadline.ts';
import { diagnose } from './diagnose.ts';
import { rolloutError, timeoutError } from './failure.ts';
import { judge, type Look, type Suspicions, type Verdict } from './judge.ts';
import { readiness } from './readiness.ts';
import { openStory, type Story } from './story.ts';
import { openWatch } from './watch.ts';

export interface RolloutContext {
  readonly kube: Pick<KubeClient, 'list' | 'logs'>;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** On the clock; extended while an image is on its way. */
  readonly deadlineMs: number;
  readonly causes: readonly Cause[];
}

export interface RolloutResult {
  /** Service to when it became ready, since the rollout began. */
  readonly readyMs: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
}

const firstPauseMs = 300;
const maxPauseMs = 2_000;
/** While nothing can be had but images, which take their time. */
const maxPullingPauseMs = 5_000;
const pauseGrowth = 1.25;
/** A start takes this long without anything being wrong. */
const quietMs = 3_000;

/**
 * Waits until all services are ready. Only reads: the order is held by the pods themselves.
 * @throws BootError `rollout` as soon as a service has failed for certain, `timeout` when the deadline passes, each with
 * its cause and evidence; `cluster`; the signal's reason.
 */
export async function awaitRollout(
  services: readonly PlannedService[],
  context: RolloutContext,
): Promise<RolloutResult> {
  const { kube, namespace, clock, signal, emit, causes } = context;
  const startMs = clock.now();
  const deadline = openDeadline(startMs, context.deadlineMs);
  const watch = openWatch(services, context);
  const story = openStory(emit);
  const findOut = async (which: readonly Verdict[]) => diagnose(which, await watch.lookCloser(), kube, causes);
  let suspicions: Suspicions = new Map();
  let pauseMs = firstPauseMs;
  let wantsEvents = false;
  for (;;) {
    signal.throwIfAborted();
    const { views, hasChanged } = await watch.look(wantsEvents);
    const nowMs = clock.now();
    const elapsedMs = Math.round(nowMs - startMs);
    const looks = views.map((view): Look => ({ view, readiness: readiness(view, causes) }));
    const judgement = judge(looks, suspicions, nowMs);
    const { verdicts } = judgement;
    suspicions = judgement.suspicions;
    story.tell(verdicts, elapsedMs);

    const late = verdicts.filter(({ state }) => state !== 'ready');
    const failed = late.filter(({ state }) => state === 'failed');
    const limitMs = deadline(
      nowMs,
      late.some(({ state }) => state === 'pulling'),
    );
    if (late.length === 0) return { readyMs: story.readyMs(), elapsedMs };
    if (failed.length > 0) throw rolloutError(await findOut(failed), verdicts, namespace);
    if (nowMs >= limitMs) throw timeoutError(await findOut(late), verdicts, namespace, elapsedMs);

    wantsEvents = late.some((verdict) => isDoubtful(verdict, story, elapsedMs));
    const longestMs = late.some(({ state }) => state === 'starting') ? maxPauseMs : maxPullingPauseMs;
    pauseMs = hasChanged ? firstPauseMs : Math.min(pauseMs * pauseGrowth, longestMs);
    await clock.sleep(Math.min(pauseMs, limitMs - nowMs), signal);
  }
}

/** Its objects alone don't say why it isn't ready, or whether its image is on its way. */
function isDoubtful({ service, state, finding }: Verdict, story: Story, elapsedMs: number): boolean {
  if (finding !== undefined || state === 'pulling') return true;
  return state === 'starting' && story.unchangedMs(service, elapsedMs) >= quietMs;
}
