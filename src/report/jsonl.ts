import type { Reporter, Sink } from './types.ts';

/** Each event as a JSON document in a line of its own, with its time: for programs. */
export function openJsonl({ write, date }: Sink): Reporter {
  return {
    emit: (event) => write(`${JSON.stringify({ time: date().toISOString(), ...event })}\n`),
    tick() {},
    close() {},
  };
}
