import type { Emit } from '../base/events.ts';
import type { Verdict } from './judge.ts';

/** Tells a rollout: every change of state or reason once, and what is waited for when nothing changes for long. */
export interface Story {
  /** @param elapsedMs since the rollout began */
  tell(verdicts: readonly Verdict[], elapsedMs: number): void;
  /** How long a service has been in its state. */
  unchangedMs(service: string, elapsedMs: number): number;
  /** When each service became ready, since the rollout began. */
  readyMs(): Readonly<Record<string, number>>;
}

const heartbeatMs = 30_000;
/** A gate that is open is passed within this time, so an earlier guess about it would mostly be wrong. */
const guessAfterMs = 3_000;

/** A story with nothing told yet. */
export function openStory(emit: Emit): Story {
  const told = new Map<
    string,
    { readonly state: Verdict['state']; readonly reason?: string; readonly sinceMs: number }
  >();
  const guessedMs = new Map<string, number>();
  let heardMs = 0;
  const isEarlyGuess = ({ service, state, isGuess }: Verdict, elapsedMs: number): boolean => {
    if (!isGuess || told.get(service)?.state !== state) {
      guessedMs.delete(service);
      return false;
    }
    const sinceMs = guessedMs.get(service) ?? elapsedMs;
    guessedMs.set(service, sinceMs);
    return elapsedMs - sinceMs < guessAfterMs;
  };
  return {
    tell: (verdicts, elapsedMs) => {
      for (const verdict of verdicts) {
        const { service, state, reason } = verdict;
        const before = told.get(service);
        if (isEarlyGuess(verdict, elapsedMs)) continue;
        if (before && before.state === state && before.reason === reason) continue;
        const why = reason === undefined ? {} : { reason };
        told.set(service, { state, ...why, sinceMs: before?.state === state ? before.sinceMs : elapsedMs });
        emit({ type: 'service', service, state, ...why, elapsedMs });
      }
      const waitingFor = verdicts.filter(({ state }) => state !== 'ready').map(({ service }) => service);
      const isOver = waitingFor.length === 0 || verdicts.some(({ state }) => state === 'failed');
      if (isOver || elapsedMs - heardMs < heartbeatMs) return;
      heardMs = elapsedMs;
      emit({ type: 'heartbeat', waitingFor, elapsedMs });
    },
    unchangedMs: (service, elapsedMs) => elapsedMs - (told.get(service)?.sinceMs ?? elapsedMs),
    readyMs: () =>
      Object.fromEntries(
        [...told].flatMap(([service, { state, sinceMs }]) => (state === 'ready' ? [[service, sinceMs]] : [])),
      ),
  };
}
