import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './time.ts';

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
