import { request } from 'undici';
import { type Asked, connectionOf, KubeError } from './errors.ts';
import { diagnose } from './network.ts';
import type { Credentials } from './session.ts';
import type { HttpAnswer } from './types.ts';

export const requestTimeoutMs = 30_000;

export interface Call extends Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  /** Sent twice it does the same. */
  readonly repeatable: boolean;
  /** Answers of any status are the caller's business. */
  readonly anyAnswer?: boolean;
}

export interface Reply extends HttpAnswer {
  /** How long the server wants to be left alone. */
  readonly retryAfterMs?: number;
}

/**
 * One request and its whole answer, whatever its status.
 * @throws KubeError with its `trouble` when no answer comes in time.
 */
export async function exchange(call: Call, credentials: Credentials, cut: AbortSignal): Promise<Reply> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? requestTimeoutMs);
  try {
    const response = await request(call.server + call.path, {
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'edgex-boot',
        ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
        ...credentials.headers,
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      dispatcher: credentials.dispatcher,
      signal: AbortSignal.any([timeout, cut]),
    });
    const retryAfterMs = parseRetryAfter(response.headers['retry-after']);
    const dateMs = Date.parse(String(response.headers.date));
    return {
      status: response.statusCode,
      body: await response.body.text(),
      ...(Number.isNaN(dateMs) ? {} : { dateMs }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  } catch (error) {
    const { trouble, cause, hint } = diagnose(error);
    const object = connectionOf(call);
    throw new KubeError({ exit: 'cluster', object, cause, hint }, { trouble });
  }
}

/** Seconds; the other form, a date, would need a clock that agrees with the server's, and Kubernetes never sends it. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
