import { BootError, isBootError } from '../base/errors.ts';
import type { Clock } from '../base/time.ts';
import { readStatus } from '../kube/errors.ts';
import type { HttpAnswer, HttpRequest } from '../kube/types.ts';
import type { Reach } from './reach.ts';

/**
 * Asking a service until it says something that decides. Services come and go while they start, so a refused
 * connection, an answer of the API server in their place, and whatever the reader calls too early all mean: again.
 */

export interface Endpoint {
  readonly service: string;
  readonly port: number;
}

/** How long to go on asking. */
export interface Patience {
  readonly clock: Clock;
  /** On the clock's scale. Read before each pause, so that it may come nearer while somebody asks. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** What an answer means: a value, or in words why it is none yet. */
export type Reading<T> = { readonly value: T } | { readonly later: string };

const pauseMs = 200;
const requestTimeoutMs = 5_000;

/**
 * Asks until `read` finds a value in the answer.
 * @throws BootError `timeout` with the last reason when the deadline passes, `cluster` when the API server refuses;
 * whatever `read` throws; the signal's reason.
 */
export async function askUntil<T>(
  reach: Reach,
  { service, port }: Endpoint,
  request: HttpRequest,
  read: (answer: HttpAnswer) => Reading<T>,
  patience: Patience,
): Promise<T> {
  const { clock, signal } = patience;
  const object = `http://${service}:${port}${request.path}`;
  for (;;) {
    signal?.throwIfAborted();
    const reading = await askOnce(object, read, () =>
      reach.request(service, port, { timeoutMs: requestTimeoutMs, ...request }),
    );
    if ('value' in reading) return reading.value;
    if (clock.now() >= patience.deadlineMs) {
      throw new BootError({
        exit: 'timeout',
        object,
        cause: reading.later,
        hint: `Look whether ${service} runs; --reach chooses the way there.`,
      });
    }
    await clock.sleep(pauseMs, signal);
  }
}

async function askOnce<T>(
  object: string,
  read: (answer: HttpAnswer) => Reading<T>,
  call: () => Promise<HttpAnswer>,
): Promise<Reading<T>> {
  let answer: HttpAnswer;
  try {
    answer = await call();
  } catch (error) {
    if (isBootError(error)) return { later: error.details.cause };
    throw error;
  }
  const refusal = apiServerWords(answer);
  if (refusal === undefined) return read(answer);
  if (answer.status !== 401 && answer.status !== 403) return { later: refusal };
  throw new BootError({
    exit: 'cluster',
    object,
    cause: refusal,
    hint: 'Grant get, create, update and delete on services/proxy, or run on a node of the cluster.',
  });
}

/** What the API server says in the service's place; undefined when the service itself has answered. */
function apiServerWords({ status, body }: HttpAnswer): string | undefined {
  const words = status < 400 ? undefined : readStatus(body);
  return words && (words.message ?? `the API server answers ${status}`);
}

/** An answer that decides nothing, in a line: `answers 500, No cluster leader`. */
export function describeAnswer({ status, body }: HttpAnswer): string {
  const line = body.trim().split('\n', 1)[0]?.slice(0, 200);
  return line ? `answers ${status}, ${line}` : `answers ${status}`;
}

/** The parsed text, or undefined when it is no JSON: an answer may have been cut. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
