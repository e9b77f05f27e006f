import { call } from '../net/client.ts';
import type { Settings } from './settings.ts';

export interface Registration {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

export interface Consul {
  readonly address: string;
  /** Rejects unless the agent answers. */
  readonly self: () => Promise<void>;
  /** The service and its health check, in the shapes of Fuji's registry client. */
  readonly register: (registration: Registration) => Promise<void>;
  /** All keys below a prefix, without it; undefined when there is none. */
  readonly read: (prefix: string, timeoutMs?: number) => Promise<Settings | undefined>;
  /** As `read`, once the prefix has changed since `index`, or after the wait. */
  readonly watch: (prefix: string, index: number) => Promise<{ settings: Settings | undefined; index: number }>;
  readonly get: (key: string) => Promise<string | undefined>;
  readonly put: (key: string, value: string) => Promise<void>;
  /** Where a service is registered, from the catalogue; undefined when it is not. */
  readonly find: (key: string) => Promise<{ host: string; port: number } | undefined>;
  /** Whether all checks of a registered service pass. */
  readonly isHealthy: (key: string) => Promise<boolean>;
}

interface Pair {
  readonly Key: string;
  readonly Value: string | null;
}

/** Reads `consul://host:port`, the form of `edgex_registry` and `--registry`. */
export function parseRegistry(url: string): string | undefined {
  return /^consul:\/\/([^/:]+:\d+)$/.exec(url)?.[1];
}

/** A client of the agent at `host:port`. Every method rejects on anything but success. */
export function openConsul(address: string): Consul {
  const ask = async (method: string, path: string, body?: unknown, timeoutMs?: number) => {
    const url = `http://${address}${path}`;
    const answer = await call({ method, url, body, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    if (answer.status !== 200 && answer.status !== 404) {
      throw new Error(`${method} ${url}: status ${answer.status}: ${answer.body}`);
    }
    return answer;
  };
  const must = async (method: string, path: string, body?: unknown): Promise<void> => {
    const answer = await ask(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: status ${answer.status}`);
  };
  const pairs = (prefix: string, status: number, body: string): Settings | undefined =>
    status === 404 ? undefined : decode(prefix, JSON.parse(body) as Pair[]);
  const keyPath = (key: string): string => `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;

  return {
    address,
    self: () => must('GET', '/v1/agent/self'),
    register: async ({ key, host, port }) => {
      await must('PUT', '/v1/agent/service/register', { Name: key, Address: host, Port: port });
      await must('PUT', '/v1/agent/check/register', {
        Name: `Health Check: ${key}`,
        Notes: 'Check the health of the API',
        ServiceID: key,
        HTTP: `http://${host}:${port}/api/v1/ping`,
        Interval: '10s',
      });
    },
    read: async (prefix, timeoutMs) => {
      const answer = await ask('GET', `${keyPath(prefix)}?recurse`, undefined, timeoutMs);
      return pairs(prefix, answer.status, answer.body);
    },
    watch: async (prefix, index) => {
      const answer = await ask('GET', `${keyPath(prefix)}?recurse&index=${index}&wait=60s`, undefined, 90_000);
      return { settings: pairs(prefix, answer.status, answer.body), index: Number(answer.headers['x-consul-index']) };
    },
    get: async (key) => {
      const answer = await ask('GET', keyPath(key));
      return answer.status === 404 ? undefined : decode('', JSON.parse(answer.body) as Pair[])[key];
    },
    put: (key, value) => must('PUT', keyPath(key), value),
    find: async (key) => {
      const answer = await ask('GET', `/v1/catalog/service/${key}`);
      const [found] = JSON.parse(answer.body) as { ServiceAddress: string; ServicePort: number }[];
      return found && { host: found.ServiceAddress, port: found.ServicePort };
    },
    isHealthy: async (key) => {
      const answer = await ask('GET', `/v1/health/checks/${key}`);
      const checks = JSON.parse(answer.body) as { Status: string }[];
      return checks.length > 0 && checks.every(({ Status }) => Status === 'passing');
    },
  };
}

function decode(prefix: string, pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(({ Key, Value }) => [Key.slice(prefix.length), Buffer.from(Value ?? '', 'base64').toString()]),
  );
}
