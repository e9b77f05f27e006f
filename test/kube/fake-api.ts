import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { Clock } from '../../src/base/time.ts';
import { openCluster } from '../../src/kube/client.ts';
import type { KubeClient, Kubeconfig } from '../../src/kube/types.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the server does with a request: an answer, or something worse. */
export type Behaviour =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'reset'
  | 'silence'
  /** Half of a body, and then nothing more. */
  | 'stall';

/** An HTTP server that plays an API server; the behaviours are used up one by one, the last one stays. */
export async function startApi(
  t: TestContext,
  ...behaviours: readonly Behaviour[]
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener: RequestListener = async (request, response) => {
    const body = await text(request);
    const behaviour = behaviours[Math.min(seen.length, behaviours.length - 1)] ?? 'silence';
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
    });
    if (behaviour === 'reset') request.socket.resetAndDestroy();
    else if (behaviour === 'stall') response.writeHead(200, { 'content-length': '1000' }).write('{"items":');
    else if (behaviour !== 'silence') {
      const body = typeof behaviour.body === 'string' ? behaviour.body : JSON.stringify(behaviour.body ?? {});
      response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers }).end(body);
    }
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Time that passes only by sleeping, and then at once. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
    },
  };
}

/** A kubeconfig for one server. Plain HTTP is only accepted together with skipped verification. */
export function kubeconfigFor(url: string, user: object = { token: 'canary-token' }, cluster: object = {}): Kubeconfig {
  const isPlain = url.startsWith('http:');
  return {
    source: 'test kubeconfig',
    context: 'test',
    server: url,
    document: JSON.stringify({
      clusters: [
        { name: 'c', cluster: { server: url, ...(isPlain ? { 'insecure-skip-tls-verify': true } : {}), ...cluster } },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'test',
    }),
  };
}

export interface Opened {
  readonly kube: KubeClient;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly events: BootEvent[];
}

/** A client on a fake clock that tells what it warned of. */
export function openTest(url: string, signal?: AbortSignal): Opened {
  const clock = fakeClock();
  const events: BootEvent[] = [];
  const kube = openCluster(kubeconfigFor(url), {
    clock,
    emit: (event) => events.push(event),
    ...(signal ? { signal } : {}),
  });
  return { kube, clock, events };
}

/** A Status as the API server sends it. */
export function status(code: number, reason: string, message: string, details?: object): Behaviour {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code, details },
  };
}

export const good = { status: 200, body: { kind: 'ConfigMapList', items: [{ metadata: { name: 'x' } }] } } as const;
