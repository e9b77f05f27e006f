import { request } from 'node:http';

export interface Response {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Call {
  readonly method?: string;
  readonly url: string;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/**
 * One HTTP exchange on a connection of its own. Any status is an answer; rejects only without one, with a message in
 * the words of Go's client, since tests and people look for those.
 */
export function call({ method = 'GET', url, body, timeoutMs = 5000 }: Call): Promise<Response> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const label = `${method[0]}${method.slice(1).toLowerCase()}`;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(new Error(`${label} "${url}": ${goError(error, url)}`));
    const target = urlParts(url);
    // Nothing listens on port 0, and Node would not even try: Go's client does and is refused.
    if (target.port === 0) return fail({ code: 'ECONNREFUSED' });
    const sent = request({ ...target, method, agent: false, timeout: timeoutMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: answer.headers,
        }),
      );
    });
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    sent.on('error', fail);
    if (text !== undefined) sent.setHeader('content-type', 'application/json');
    sent.end(text);
  });
}

/** Go accepts `http://:0/x`, which a core service builds for a peer that is not registered; Node's parser does not. */
function urlParts(url: string): { readonly hostname: string; readonly port: number; readonly path: string } {
  const match = /^http:\/\/([^/:]*)(?::(\d+))?(\/.*)?$/.exec(url);
  if (!match) throw new Error(`unsupported URL ${url}`);
  return { hostname: match[1] || 'localhost', port: Number(match[2] ?? 80), path: match[3] ?? '/' };
}

/** A socket's error in Go's words. */
export function goError(error: unknown, target: string): string {
  const { code, address, port, message } = error as {
    code?: string;
    address?: string;
    port?: number;
    message?: string;
  };
  const where = address === undefined ? target.replace(/^http:\/\/|\/.*$/g, '') : `${address}:${port}`;
  if (code === 'ECONNREFUSED') return `dial tcp ${where}: connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `dial tcp ${where}: connect: no route to host`;
  if (code === 'ETIMEDOUT') return `dial tcp ${where}: i/o timeout`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `dial tcp: lookup ${where.replace(/:\d+$/, '')}: no such host`;
  }
  return code === 'ECONNRESET' ? 'EOF' : (message ?? String(error));
}
