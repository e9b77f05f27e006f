import type { ServiceState } from '../base/events.ts';
import type { Finding } from './causes.ts';
import type { Readiness } from './readiness.ts';
import type { ServiceView } from './views.ts';
import { describeFinding } from './words.ts';

/**
 * From looks to verdicts: what a look suspects is certain once it has lasted for the cause's grace, by our clock, with
 * the services ready that it depends on. A service that only crashes because another one is late is waiting.
 */

/** One look at a service. */
export interface Look {
  readonly view: ServiceView;
  readonly readiness: Readiness;
}

/** Where a service stands, its past and its needs taken into account. */
export interface Verdict {
  readonly service: string;
  readonly state: ServiceState;
  /** What it waits for, what is on its way, or what is wrong. */
  readonly reason?: string;
  /** The reason is only the likeliest one: all that the service needs is ready, so it may be about to start. */
  readonly isGuess?: true;
  /** What is wrong, or may be. */
  readonly finding?: Finding;
}

/** Since when a service has shown a cause, and when last; on our clock. */
interface Suspicion {
  readonly sinceMs: number;
  readonly seenMs: number;
  /** A container had ended. */
  readonly isCrash: boolean;
}

/** What the looks so far have shown, by service and cause. */
export type Suspicions = ReadonlyMap<string, Suspicion>;

/**
 * Trouble comes and goes: a container that crashes runs in between, and an image that can't be had is tried again,
 * which takes 30 s until a silent registry is given up. What is back within this time has lasted.
 */
const lapseMs = 45_000;
/** A suspicion is told once it is older than what happens in any start. */
const tellAfterMs = 2_000;
/** What has crashed is ready once it has stayed up for this long: between two crashes it looks ready, too. */
const stayUpMs = 10_000;

/**
 * Judges the newest looks at all services of a rollout. Needs of services that are no part of it count as met.
 * @param suspicions what the last judgement returned; empty at first
 * @param nowMs on our clock
 */
export function judge(
  looks: readonly Look[],
  suspicions: Suspicions,
  nowMs: number,
): { readonly verdicts: readonly Verdict[]; readonly suspicions: Suspicions } {
  const readySince = new Map(looks.map(({ view, readiness }) => [view.service, readySinceMs(readiness)]));
  const next = new Map([...suspicions].filter(([, { seenMs }]) => nowMs - seenMs <= lapseMs));
  const lasted = (service: string, { cause, symptom }: Finding): number => {
    const key = `${service} ${cause.code}`;
    const sinceMs = next.get(key)?.sinceMs ?? nowMs;
    next.set(key, { sinceMs, seenMs: nowMs, isCrash: symptom.ended !== undefined });
    return nowMs - sinceMs;
  };
  const hasJustCrashed = (service: string): boolean =>
    [...next].some(
      ([key, { seenMs, isCrash }]) => isCrash && key.startsWith(`${service} `) && nowMs - seenMs < stayUpMs,
    );
  const verdicts = looks.map(({ view, readiness }): Verdict => {
    if (readiness.state === 'ready' && hasJustCrashed(view.service)) {
      return { service: view.service, state: 'starting', reason: 'it has just crashed; does it stay up?' };
    }
    const finding = 'finding' in readiness ? readiness.finding : undefined;
    const lastedMs = finding && isItsOwn(finding, view, readySince) ? lasted(view.service, finding) : undefined;
    const unmet = view.needs.find(({ service }) => readySince.get(service) === notReady);
    return verdictOf(view, readiness, lastedMs, unmet?.description);
  });
  return { verdicts, suspicions: next };
}

/** @param lastedMs how long it has shown its cause; undefined when it shows none that counts */
function verdictOf(
  view: ServiceView,
  readiness: Readiness,
  lastedMs: number | undefined,
  unmet: string | undefined,
): Verdict {
  const { service } = view;
  switch (readiness.state) {
    case 'ready':
      return { service, state: 'ready' };
    case 'waiting':
      if (unmet === undefined) return { service, state: 'waiting', reason: lateNeed(view), isGuess: true };
      return { service, state: 'waiting', reason: unmet };
    case 'pulling':
      return { service, state: 'pulling', reason: readiness.images.join(', ') };
    case 'starting': {
      const { finding } = readiness;
      if (!finding || lastedMs === undefined || lastedMs < finding.cause.graceMs) return { service, state: 'starting' };
      return { service, state: 'starting', reason: describeFinding(finding, view), finding };
    }
    case 'suspect': {
      const { finding } = readiness;
      const reason = describeFinding(finding, view);
      if (lastedMs === undefined && unmet !== undefined) return { service, state: 'waiting', reason: unmet, finding };
      if (lastedMs === undefined || lastedMs < Math.min(tellAfterMs, finding.cause.graceMs)) {
        return { service, state: 'starting', finding };
      }
      return { service, state: lastedMs < finding.cause.graceMs ? 'starting' : 'failed', reason, finding };
    }
  }
}

const notReady = 'not ready';

function readySinceMs(readiness: Readiness): number | typeof notReady {
  return readiness.state === 'ready' ? readiness.sinceMs : notReady;
}

/** No service that it needs can be the reason: all are ready, and were before the run began that went wrong. */
function isItsOwn(
  { cause, symptom }: Finding,
  { needs }: ServiceView,
  readySince: ReadonlyMap<string, number | typeof notReady>,
): boolean {
  if (!cause.dependent) return true;
  return needs.every(({ service }) => {
    const sinceMs = readySince.get(service);
    if (sinceMs === undefined) return true;
    return sinceMs !== notReady && (symptom.beganAtMs === undefined || symptom.beganAtMs > sinceMs);
  });
}

/** What a pod most likely waits for in its gates when all that it needs is ready. */
function lateNeed({ needs }: ServiceView): string {
  return (needs.find(({ later }) => later) ?? needs.at(-1))?.description ?? 'its gates';
}
