import type { Clock } from '../base/time.ts';

/** Waits for its turn. */
export type Pace = (signal?: AbortSignal) => Promise<void>;

const windowMs = 1_000;

/**
 * Lets at most so many through in any second, in the order in which they come. Who is interrupted has no time to wait:
 * then all go through.
 */
export function openPace(perSecond: number, clock: Clock): Pace {
  let turnsMs: readonly number[] = [];
  return async (signal) => {
    const nowMs = clock.now();
    const [oldestMs = Number.NEGATIVE_INFINITY] = turnsMs.length < perSecond ? [] : turnsMs;
    const turnMs = Math.max(nowMs, oldestMs + windowMs);
    turnsMs = [...turnsMs, turnMs].slice(-perSecond);
    if (turnMs <= nowMs || signal?.aborted) return;
    await clock.sleep(turnMs - nowMs, signal).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  };
}
