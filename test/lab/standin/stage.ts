import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Log } from './log.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a service stands on: its arguments and environment, its log, its clock, and the faults planted in it. */
export interface Stage {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly faults: Faults;
  readonly log: Log;
  /** A duration of the original, in milliseconds, as it is waited for here: see {@link timeScale}. */
  readonly scaled: (ms: number) => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Plays a service until it ends. Resolves with the exit code of a service that ends by itself, or with undefined for
 * one that stays: its listeners and timers go on.
 */
export type Play = (stage: Stage) => Promise<number | undefined>;

/**
 * The factor of all waiting, from STANDIN_TIME_SCALE: 1 is real time, 0.01 makes 30 s last 0.3 s. For unit tests; the
 * lab runs in real time.
 */
export function timeScale(env: Environment): number {
  const scale = Number(env.STANDIN_TIME_SCALE ?? 1);
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}

export function makeStage(parts: Pick<Stage, 'args' | 'env' | 'faults' | 'log'>): Stage {
  const scale = timeScale(parts.env);
  const scaled = (ms: number): number => ms * scale;
  const sleep = async (ms: number): Promise<void> => {
    await delay(scaled(ms));
  };
  return { ...parts, scaled, sleep };
}

/** A promise that never settles and keeps the process alive: what a hung service looks like from outside. */
export function forever(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 2 ** 30));
}
