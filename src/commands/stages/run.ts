import { systemClock } from '../../base/clock.ts';
import type { Emit } from '../../base/events.ts';
import type { Endpoint, Patience } from '../../consul/ask.ts';
import type { Options } from '../../options/resolve.ts';
import { mainPort } from '../../plan/gates.ts';
import type { Plan } from '../../plan/types.ts';
import type { Prepared } from '../prepare.ts';

/** What the stages after the plan share. */
export interface Intent extends Prepared {
  readonly options: Options;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** The same, once the time for the rollout runs. */
export interface Run extends Intent {
  /** On the system clock: when the time for the rollout is over. */
  readonly deadlineMs: number;
}

/** How long an application may take once every pod is ready: for its settings, its devices, its first event. */
export const settleMs = 60_000;

/** Patience for one such wait, beginning now. */
export function settlePatience(signal: AbortSignal): Patience {
  return { clock: systemClock, signal, deadlineMs: systemClock.now() + settleMs };
}

/** Where the registry answers. */
export function registryOf({ release }: Pick<Plan, 'release'>): Endpoint {
  const { service } = release.registry;
  return { service, port: mainPort(release, service) };
}
