import type { Clock } from '../base/time.ts';

/** Waits for its turn. */
export type Pace = (signal?: AbortSignal) => Promise<void>;

const windowMs = 1_000;

/**
 * Lets at most so many through in any second, in the order in which they come. Who is interrupted has no time to wait:
 * then all go through.
 */
export function openPace(perSecond: number, clock: Clock): Pace {
  let passedMs: readonly number[] = [];
  let queue: Promise<void> = Promise.resolve();
  const take = async (signal?: AbortSignal): Promise<void> => {
    const [oldestMs = Number.NEGATIVE_INFINITY] = passedMs.length < perSecond ? [] : passedMs;
    const restMs = oldestMs + windowMs - clock.now();
    // Only an interrupt ends the sleep early.
    if (restMs > 0 && !signal?.aborted) await clock.sleep(restMs, signal).catch(() => undefined);
    // When it really was: a busy program is late, and the next ones are then not early.
    passedMs = [...passedMs, clock.now()].slice(-perSecond);
  };
  return (signal) => {
    queue = queue.then(() => take(signal));
    return queue;
  };
}
