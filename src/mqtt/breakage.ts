import type { MqttClient } from 'mqtt';
import { type Dialling, wordsOf } from './socket.ts';
import { BrokerError, refusalOf, troubleOf } from './trouble.ts';

/** The end of a connection that nobody wanted. */
export interface Breakage {
  /** What went wrong; undefined while nothing has. */
  error(): BrokerError | undefined;
  /**
   * An answer, or what keeps it from coming: the library never settles what waits for a broker that is gone.
   * @throws BrokerError when the connection breaks or no answer comes in time; the signal's reason
   */
  orBreak<T>(answer: Promise<T>): Promise<T>;
}

/** Watches a client. What goes wrong first is the reason; the rest is only its consequence. */
export function watchForBreak(client: MqttClient, object: string, { timeoutMs, signal }: Dialling): Breakage {
  const broken = Promise.withResolvers<never>();
  // Nobody may be waiting when it breaks.
  broken.promise.catch(() => {});
  let first: BrokerError | undefined;
  const breaks = (error: BrokerError): void => {
    first ??= error;
    broken.reject(first);
  };
  client.on('error', (error) => breaks(describe(error, object)));
  client.on('close', () => breaks(new BrokerError('lost', object)));

  return {
    error: () => first,
    orBreak: async (answer) => {
      const late = Promise.withResolvers<never>();
      const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]);
      const giveUp = (): void =>
        late.reject(signal.aborted ? signal.reason : new BrokerError('silent', object, `for ${timeoutMs / 1000} s`));
      deadline.addEventListener('abort', giveUp, { once: true });
      try {
        return await Promise.race([answer, late.promise, broken.promise]);
      } finally {
        deadline.removeEventListener('abort', giveUp);
      }
    },
  };
}

function describe(error: Error, object: string): BrokerError {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return new BrokerError(refusalOf(code), object, wordsOf(error));
  const trouble = troubleOf(error);
  return new BrokerError(trouble, object, trouble === 'other' ? wordsOf(error) : undefined);
}
