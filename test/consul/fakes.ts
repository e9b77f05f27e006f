import type { Clock } from '../../src/base/time.ts';
import type { Endpoint, Patience } from '../../src/consul/ask.ts';
import type { Reach } from '../../src/consul/reach.ts';
import type { HttpAnswer, HttpRequest } from '../../src/kube/types.ts';

export const registry: Endpoint = { service: 'registry', port: 8500 };

/** A clock on which a sleep takes no time, so that waiting is tested without waiting. */
export function fakeClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += ms;
      // Lets what else is going on take its turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

export function patience(clock: Clock = fakeClock(), forMs = 10_000): Patience {
  return { clock, deadlineMs: clock.now() + forMs };
}

export type Serve = (service: string, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export interface RecordedReach extends Reach {
  /** `PUT registry /v1/txn` */
  readonly calls: readonly string[];
}

/** A way to services that are functions. */
export function fakeReach(serve: Serve): RecordedReach {
  const calls: string[] = [];
  return {
    way: 'direct',
    calls,
    request: async (service, _port, request) => {
      calls.push(`${request.method ?? 'GET'} ${service} ${request.path}`);
      return serve(service, request);
    },
  };
}

interface Entry {
  readonly value: string;
  readonly modifyIndex: number;
}

interface Transaction {
  readonly KV: { readonly Verb: string; readonly Key: string; readonly Index: number; readonly Value?: string };
}

/** What of Consul's key/value store the program uses, in memory; real-consul.ts has the real one. */
export function fakeConsul(initial: Readonly<Record<string, string>> = {}) {
  const entries = new Map<string, Entry>();
  let index = 10;
  const set = (key: string, value: string): void => {
    entries.set(key, { value, modifyIndex: ++index });
  };
  for (const [key, value] of Object.entries(initial)) set(key, value);

  const read = (prefix: string): HttpAnswer => {
    const found = [...entries].filter(([key]) => key.startsWith(prefix));
    if (found.length === 0) return { status: 404, body: '' };
    const body = found.map(([Key, { value, modifyIndex }]) => ({
      Key,
      Value: value === '' ? null : Buffer.from(value).toString('base64'),
      ModifyIndex: modifyIndex,
    }));
    return { status: 200, body: JSON.stringify(body) };
  };

  const transact = (operations: readonly Transaction[]): HttpAnswer => {
    const stale = operations.findIndex(({ KV }) => {
      const entry = entries.get(KV.Key);
      // What is gone may be deleted again.
      return entry ? entry.modifyIndex !== KV.Index : KV.Verb === 'cas' && KV.Index !== 0;
    });
    if (stale >= 0) {
      return { status: 409, body: JSON.stringify({ Errors: [{ OpIndex: stale, What: 'index is stale' }] }) };
    }
    for (const { KV } of operations) {
      if (KV.Verb === 'cas') set(KV.Key, Buffer.from(KV.Value ?? '', 'base64').toString('utf8'));
      else entries.delete(KV.Key);
    }
    return { status: 200, body: '{"Errors":null}' };
  };

  const serve: Serve = (_service, { method = 'GET', path, body = '' }) => {
    const { pathname } = new URL(path, 'http://x');
    if (pathname === '/v1/status/leader') return { status: 200, body: '"127.0.0.1:8300"' };
    if (pathname === '/v1/txn') return transact(JSON.parse(body));
    const prefix = decodeURIComponent(pathname.slice('/v1/kv/'.length));
    if (method === 'GET') return read(prefix);
    for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
    return { status: 200, body: 'true' };
  };

  return {
    serve,
    set,
    get: (key: string) => entries.get(key)?.value,
    clear: () => entries.clear(),
    keys: () => [...entries.keys()],
  };
}
