import { type Exclusive, exclusively } from '../stages/exclusive.ts';

/** The installation is ours to change until it is released. */
export interface Hold {
  /** Aborted, too, when another run takes over. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Keeps other runs from changing an installation, over work that is done in several steps.
 * @throws BootError `locked` when another run is changing it
 */
export async function holdInstallation(run: Exclusive): Promise<Hold> {
  const held = Promise.withResolvers<AbortSignal>();
  const over = Promise.withResolvers<void>();
  const ended = exclusively(run, async (signal) => {
    held.resolve(signal);
    await over.promise;
  });
  ended.catch(held.reject);
  const signal = await held.promise;
  return {
    signal,
    release: async () => {
      over.resolve();
      await ended;
    },
  };
}
