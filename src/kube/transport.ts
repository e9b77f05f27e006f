import type { Emit } from '../base/events.ts';
import { retry } from '../base/retry.ts';
import type { Clock } from '../base/time.ts';
import { isPassing, KubeError, readStatus, refusal } from './errors.ts';
import { type Call, exchange, type Reply } from './exchange.ts';
import type { Pace } from './pace.ts';
import type { Credentials, Session } from './session.ts';
import type { HttpAnswer } from './types.ts';

/**
 * Calls that survive what passes by itself. A call that may be sent twice with the same result (reads, server-side
 * apply, delete) is repeated when the connection breaks or the server can't answer now; another one only when it
 * surely was not carried out: the connection was refused, or the server said 429. The server's Retry-After counts.
 * Before the first answer ever a missing connection is no disturbance but a wrong address, and is told at once.
 */

/** How long disturbances are ridden out: an API server restarts in 30 to 120 s on a small node. */
const networkPatienceMs = 150_000;
const answerPatienceMs = 30_000;
const maxAttempts = 100;
const firstDelayMs = 250;
const maxDelayMs = 5_000;
const maxRetryAfterMs = 30_000;
/** After an interrupt a request on its way gets this long, and so does what puts things in order. */
const lastWordsMs = 5_000;

export interface TransportOptions {
  readonly clock: Clock;
  /** When aborted, nothing is repeated any more, and five seconds later every request is cut. */
  readonly signal?: AbortSignal;
  /** Told once each time the API server stops answering. */
  readonly emit?: Emit;
  /** How long a call may take that doesn't say so itself. With it nothing is repeated: for who only wants a look. */
  readonly timeoutMs?: number;
  /** Each request waits for its turn. */
  readonly pace?: Pace;
}

export interface Transport {
  /** @throws KubeError */
  send(call: Call): Promise<HttpAnswer>;
  /** How many requests were sent, repeated ones included. */
  requests(): number;
}

/** Calls in a session. Nothing is sent yet. */
export function openTransport(session: Session, { clock, signal, emit, timeoutMs, pace }: TransportOptions): Transport {
  let requests = 0;
  let hasAnswered = false;
  let isDisturbed = false;
  const cut = cutAfter(signal, lastWordsMs);

  const attempt = async (call: Call, credentials: Credentials): Promise<Reply> => {
    await pace?.(signal);
    requests++;
    try {
      const reply = await exchange(timeoutMs === undefined ? call : { timeoutMs, ...call }, credentials, cut);
      hasAnswered = true;
      return reply;
    } catch (error) {
      // A multiplexed connection that is only half there would keep every later request waiting as well.
      if (!call.anyAnswer) session.renew(credentials);
      throw error;
    }
  };

  /** Tokens expire and certificates are rotated while we work; the second refusal is meant, and so is a service's own. */
  const authorized = async (call: Call): Promise<Reply> => {
    const credentials = await session.credentials();
    const reply = await attempt(call, credentials);
    if (reply.status !== 401 || (call.anyAnswer && !readStatus(reply.body))) return reply;
    session.renew(credentials);
    return attempt(call, await session.credentials());
  };

  const warn = (error: KubeError): void => {
    if (isDisturbed || error.trouble === undefined) return;
    isDisturbed = true;
    emit?.({ type: 'warning', object: error.details.object, message: `${error.details.cause}; trying again` });
  };

  const send = (call: Call): Promise<HttpAnswer> => {
    const startedMs = clock.now();
    let notBeforeMs = startedMs;
    const isTransient = (error: unknown): boolean => {
      if (timeoutMs !== undefined) return false;
      if (!(error instanceof KubeError) || !isWorthRepeating(error, call, hasAnswered)) return false;
      const patienceMs = error.trouble === undefined ? answerPatienceMs : networkPatienceMs;
      if (clock.now() - startedMs > patienceMs) return false;
      warn(error);
      return true;
    };
    const work = async (): Promise<HttpAnswer> => {
      const restMs = notBeforeMs - clock.now();
      if (restMs > 0) await clock.sleep(restMs, signal);
      const reply = await authorized(call);
      isDisturbed = false;
      if (isGood(reply) || call.anyAnswer) return reply;
      notBeforeMs = clock.now() + Math.min(reply.retryAfterMs ?? 0, maxRetryAfterMs);
      throw refusal(call, reply.status, reply.body);
    };
    return retry(work, { attempts: maxAttempts, firstDelayMs, maxDelayMs, isTransient }, clock, signal);
  };

  return { send, requests: () => requests };
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function isWorthRepeating(error: KubeError, call: Call, hasAnswered: boolean): boolean {
  switch (error.trouble) {
    case undefined:
      return isPassing(error) && (call.repeatable || error.status === 429);
    case 'refused':
    case 'unresolved':
    case 'unreachable':
      return hasAnswered;
    case 'lost':
      return hasAnswered && call.repeatable;
    case 'slow':
      return hasAnswered && call.repeatable && !call.anyAnswer;
    default:
      return false;
  }
}

function cutAfter(signal: AbortSignal | undefined, delayMs: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    setTimeout(() => controller.abort(), delayMs).unref();
  };
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return controller.signal;
}
