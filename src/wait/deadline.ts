/** Pulling images may make a wait so many times as long as was allowed. */
const maxExtension = 3;

/**
 * When a wait is over: time in which an image was on its way doesn't count, up to a limit. Call it at every look.
 * @returns the deadline as it is now, on the clock
 */
export type Deadline = (nowMs: number, isPulling: boolean) => number;

/** @param deadlineMs on the clock, as startMs: when the wait would be over if nothing were pulled */
export function openDeadline(startMs: number, deadlineMs: number): Deadline {
  const latestMs = startMs + (deadlineMs - startMs) * maxExtension;
  let pulledMs = 0;
  let lastMs = startMs;
  let wasPulling = false;
  return (nowMs, isPulling) => {
    if (wasPulling) pulledMs += nowMs - lastMs;
    [lastMs, wasPulling] = [nowMs, isPulling];
    return Math.min(deadlineMs + pulledMs, latestMs);
  };
}
