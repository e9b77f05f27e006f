import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { hangs } from '../faults.ts';
import type { Stage } from '../stage.ts';

export interface Request {
  /** The `{name}` parts of the pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  /** A string goes out as text, anything else as JSON. */
  readonly body: unknown;
}

export type Handler = (request: Request) => Answer | Promise<Answer>;

/** Method, path pattern such as `/api/v1/device/name/{name}`, handler. The first that fits wins. */
export type Route = readonly [method: string, pattern: string, handler: Handler];

export interface Address {
  /** Undefined listens on every interface. */
  readonly host: string | undefined;
  readonly port: number;
}

/** Fits a path to a pattern: the parameters, decoded, or undefined. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of want.entries()) {
    const value = have[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

/**
 * Serves the routes. A handler that throws answers 500 with the error's message, as Fuji does. Rejects when the address
 * can't be bound.
 */
export async function serve(routes: readonly Route[], address: Address, stage: Stage): Promise<Server> {
  const server = createServer((request, response) => {
    if (hangs(stage.faults)) return;
    void respond(routes, request, response, stage);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const fault = stage.faults.bindFail;
    // An address of the documentation's own range: nobody has it, so the bind fails as it does with a Service's.
    server.listen({ port: address.port, host: fault ? '192.0.2.1' : (address.host ?? '0.0.0.0') }, resolve);
  });
  return server;
}

async function respond(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
  stage: Stage,
): Promise<void> {
  const { status = 200, body } = await answer(routes, request, stage);
  if (stage.faults.slowAnswersMs > 0) await delay(stage.faults.slowAnswersMs);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(stage.faults.status ?? status, {
    'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
  });
  response.end(text);
}

async function answer(routes: readonly Route[], request: IncomingMessage, stage: Stage): Promise<Answer> {
  const path = (request.url ?? '/').replace(/\?.*$/, '');
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    for (const [method, pattern, handler] of routes) {
      const params = method === request.method ? matchPath(pattern, path) : undefined;
      if (params) return await handler({ params, body: Buffer.concat(chunks).toString() });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    stage.log.error(message);
    return { status: 500, body: message };
  }
  return { status: 404, body: '404 page not found\n' };
}
