import type { ServiceTimeline } from '../../verify/types.ts';

/** How services came up, as far as a time axis can show it. */

/** Services that came up together. */
export interface RolloutView {
  readonly startMs: number;
  readonly endMs: number;
  /** In the order in which they became ready; those that didn't last. */
  readonly timelines: readonly ServiceTimeline[];
}

/** In its gates, until its container runs, until it is ready. */
export type Phase = 'waiting' | 'starting' | 'settling';

/** A part of a service's way up. Without an end it is still in it. */
export interface PhaseView {
  readonly phase: Phase;
  readonly fromMs: number;
  readonly toMs?: number;
}

/** A pod that is made so long after all others have come to rest has a story of its own. */
const pauseMs = 120_000;
/** What seems longer is no part of a start: the container was started again since, or is ready again. */
const longestPhaseMs = 30 * 60_000;

/** The phases of a service's start, one after another. */
export function phasesOf(timeline: ServiceTimeline): readonly PhaseView[] {
  const { createdMs, gatesPassedMs, startedMs, readyMs, waitsFor } = timeline;
  const hasGates = waitsFor.length > 0 || gatesPassedMs !== undefined;
  const passedMs = gatesPassedMs ?? (hasGates && startedMs === undefined ? undefined : createdMs);
  const steps: readonly (readonly [Phase, number | undefined, number | undefined])[] = [
    ...(hasGates ? [['waiting', createdMs, passedMs] as const] : []),
    ['starting', passedMs, startedMs],
    ['settling', startedMs, readyMs],
  ];
  const phases: PhaseView[] = [];
  for (const [phase, fromMs, toMs] of steps) {
    if (fromMs === undefined || (toMs !== undefined && toMs - fromMs > longestPhaseMs)) break;
    phases.push({ phase, fromMs, ...(toMs === undefined ? {} : { toMs: Math.max(fromMs, toMs) }) });
  }
  return phases;
}

/** When it was ready for the first time; undefined when it isn't, or when that can't be told any more. */
export function firstReadyMs(timeline: ServiceTimeline): number | undefined {
  return phasesOf(timeline).find(({ phase }) => phase === 'settling')?.toMs;
}

/**
 * Timelines by rollout, the oldest one first: a service that was restarted a week later would make the axis of the rest
 * a week long.
 */
export function groupRollouts(timelines: readonly ServiceTimeline[]): readonly RolloutView[] {
  const groups: { readonly members: ServiceTimeline[]; startMs: number; endMs: number }[] = [];
  for (const timeline of timelines.toSorted((a, b) => a.createdMs - b.createdMs)) {
    const last = groups.at(-1);
    const endMs = Math.max(timeline.createdMs, ...phasesOf(timeline).map(({ fromMs, toMs = fromMs }) => toMs));
    if (last && timeline.createdMs - last.endMs <= pauseMs) {
      last.members.push(timeline);
      last.endMs = Math.max(last.endMs, endMs);
    } else groups.push({ members: [timeline], startMs: timeline.createdMs, endMs });
  }
  return groups.map(({ members, startMs, endMs }) => ({
    startMs,
    // Kubernetes tells whole seconds, so a short one may have begun and ended in the same.
    endMs: Math.max(endMs, startMs + 1_000),
    timelines: members.toSorted((a, b) => orderOf(a) - orderOf(b)),
  }));
}

function orderOf(timeline: ServiceTimeline): number {
  return firstReadyMs(timeline) ?? Number.MAX_SAFE_INTEGER;
}
