import type { Clock } from './time.ts';

export interface RetryPolicy {
  /** How many times in all. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Tells whether an error may pass by itself; another one is thrown at once. */
  readonly isTransient: (error: unknown) => boolean;
}

/**
 * Calls `work` until it succeeds, with delays that double up to `maxDelayMs`.
 * Throws the last error when the attempts are used up, or the first one that is not transient.
 */
export async function retry<T>(
  work: () => Promise<T>,
  policy: RetryPolicy,
  clock: Clock,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= policy.attempts || !policy.isTransient(error)) throw error;
      await clock.sleep(Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.maxDelayMs), signal);
    }
  }
}
