import { BootError, type BootErrorDetails, isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { type Clock, formatDuration } from '../base/time.ts';

/**
 * Waits for a cluster that is only just coming up, as after the first boot of a node: stage after stage, each of which
 * makes no sense before the one before it.
 */

export interface ClusterStage {
  /** Names the stage in messages: `api-ready`. */
  readonly code: string;
  /** What is waited for. */
  readonly title: string;
  /**
   * @returns what is missing, in one line; undefined when the stage is reached
   * @throws BootError `cluster` when nobody can tell yet; anything else ends the wait
   */
  probe(): Promise<string | undefined>;
  /** How long it may be missing until the wait goes on without it; for what is only likely to be needed. */
  readonly graceMs?: number;
}

export interface ClusterWait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** On the clock. */
  readonly deadlineMs: number;
}

const firstPauseMs = 1_000;
const maxPauseMs = 5_000;
const pauseGrowth = 1.5;
const heartbeatMs = 30_000;

/**
 * Goes through the stages; where one isn't reached, it is looked at again, ever more gently, until the deadline. What
 * was reached before is asked again then: a kubeconfig that was written anew names another server.
 * @throws BootError `cluster` with the stage that wasn't reached in time, or as soon as waiting can't help
 */
export async function awaitCluster(stages: readonly ClusterStage[], wait: ClusterWait): Promise<void> {
  const { clock, signal, emit, deadlineMs } = wait;
  const startMs = clock.now();
  const spared = new Set<ClusterStage>();
  let current: ClusterStage | undefined;
  let sinceMs = startMs;
  let toldMs = startMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * pauseGrowth, maxPauseMs)) {
    signal.throwIfAborted();
    const missing = await firstMissing(stages.filter((stage) => !spared.has(stage)));
    if (!missing) return;
    const nowMs = clock.now();
    const { stage, error } = missing;
    if (stage !== current) {
      current = stage;
      sinceMs = nowMs;
      toldMs = nowMs;
      emit({ type: 'stage', stage: 'facts', message: `waiting for ${stage.title}: ${error.cause}` });
    }
    if (stage.graceMs !== undefined && nowMs >= Math.min(deadlineMs, sinceMs + stage.graceMs)) {
      spared.add(stage);
      emit({ type: 'warning', object: stage.title, message: `${error.cause}; going on without it` });
      continue;
    }
    if (nowMs >= deadlineMs) throw late(missing, nowMs - startMs);
    if (nowMs - toldMs >= heartbeatMs) {
      toldMs = nowMs;
      emit({ type: 'heartbeat', waitingFor: [stage.title], elapsedMs: Math.round(nowMs - startMs) });
    }
    await clock.sleep(Math.min(pauseMs, deadlineMs - nowMs), signal);
  }
}

interface Missing {
  readonly stage: ClusterStage;
  readonly error: BootErrorDetails;
}

async function firstMissing(stages: readonly ClusterStage[]): Promise<Missing | undefined> {
  for (const stage of stages) {
    try {
      const cause = await stage.probe();
      if (cause !== undefined) return { stage, error: { exit: 'cluster', object: stage.title, cause } };
    } catch (error) {
      if (!isBootError(error) || error.details.exit !== 'cluster' || error.details.isLasting) throw error;
      return { stage, error: error.details };
    }
  }
  return undefined;
}

function late({ stage, error }: Missing, waitedMs: number): BootError {
  return new BootError({
    ...error,
    cause: `${error.cause} (stage ${stage.code}, after waiting for ${formatDuration(waitedMs)})`,
    hint: error.hint ?? 'Look at the state of the cluster, or wait longer with --wait-cluster.',
  });
}
