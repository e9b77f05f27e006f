import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeConsul {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly port: number;
  /** Key to value; a change made here is a change in the store, without waking watchers. */
  readonly keys: Map<string, string>;
  readonly services: Map<string, { Name: string; Address: string; Port: number }>;
  readonly checks: Map<string, Record<string, unknown>>;
  /** Every request as `METHOD /path`. */
  readonly requests: readonly string[];
  /** Sets a key and wakes the watchers. */
  readonly put: (key: string, value: string) => void;
  readonly close: () => void;
}

/**
 * The parts of Consul's API that Fuji's services use, in this process: a test has one of its own, so that tests run at
 * the same time without sharing keys. Whether the real program answers the same is held by real-programs.test.ts.
 */
export async function startConsul(keys: Readonly<Record<string, string>> = {}): Promise<FakeConsul> {
  const store = new Map(Object.entries(keys));
  const services: FakeConsul['services'] = new Map();
  const checks: FakeConsul['checks'] = new Map();
  const requests: string[] = [];
  const sleepers = new Set<() => void>();
  let index = 1;
  const put = (key: string, value: string): void => {
    store.set(key, value);
    index++;
    for (const wake of sleepers) wake();
    sleepers.clear();
  };

  const read = async (key: string, query: URLSearchParams): Promise<unknown> => {
    if (Number(query.get('index') ?? 0) === index) await new Promise<void>((wake) => sleepers.add(wake));
    const wanted = [...store].filter(([name]) => (query.has('recurse') ? name.startsWith(key) : name === key));
    if (wanted.length === 0) return undefined;
    return wanted.map(([Key, value]) => ({ Key, Value: value === '' ? null : Buffer.from(value).toString('base64') }));
  };

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const url = new URL(request.url ?? '/', 'http://consul');
    const path = decodeURIComponent(url.pathname);
    requests.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (path === '/v1/agent/self') return {};
    if (path === '/v1/status/leader') return '127.0.0.1:8300';
    if (path === '/v1/agent/service/register') {
      const service = JSON.parse(body);
      services.set(service.Name, service);
      return '';
    }
    if (path === '/v1/agent/check/register') {
      const check = JSON.parse(body);
      checks.set(check.Name, check);
      return '';
    }
    const [, kind, rest = ''] = /^\/v1\/(kv|catalog\/service|health\/checks)\/(.*)$/.exec(path) ?? [];
    if (kind === 'kv' && request.method === 'PUT') {
      put(rest, body);
      return true;
    }
    if (kind === 'kv') return read(rest, url.searchParams);
    const service = services.get(rest);
    if (kind === 'catalog/service') {
      return service ? [{ ServiceAddress: service.Address, ServicePort: service.Port }] : [];
    }
    if (kind === 'health/checks') return service ? [{ Status: 'passing' }] : [];
    return undefined;
  };

  const server = createServer((request, response) => {
    answer(request).then((result) => {
      response.writeHead(result === undefined ? 404 : 200, { 'x-consul-index': String(index) });
      response.end(JSON.stringify(result ?? ''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    keys: store,
    services,
    checks,
    requests,
    put,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
