import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type FakeConsul, startConsul } from './consul.ts';
import { coreKeys } from './keys.ts';
import { answer, freePorts, type Running, type Start, start, until } from './run.ts';

/** Consul, database and the services of a test, all on loopback and on ports of their own. */
export interface World {
  readonly consul: FakeConsul;
  readonly database: { readonly port: number; readonly dir: string };
  /** Base URLs by what the service is called here. */
  readonly urls: Readonly<Record<'data' | 'metadata' | 'command' | 'device' | 'app' | 'logging', string>>;
  readonly messagePort: number;
  readonly env: Readonly<Record<string, string>>;
  /** Starts a service and waits for nothing. */
  readonly start: (image: string, options?: Start) => Running;
  /** Starts the device service with what it needs to find this world at its first start. */
  readonly startDevice: (options?: Start) => Running;
}

const names = ['data', 'metadata', 'command', 'device', 'app', 'logging'] as const;

/** A temporary directory; the machine's own cleaning takes it. */
export function tempDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'standin-'));
}

/** The stand-in for mongo serves as the database; it is there, with its users, when this resolves. */
export async function startWorld(test: TestContext): Promise<World> {
  const [databasePort = 0, messagePort = 0, ...ports] = await freePorts(2 + names.length);
  const urls = Object.fromEntries(names.map((name, index) => [name, `http://127.0.0.1:${ports[index]}`]));
  const portOf = (name: (typeof names)[number]): number => ports[names.indexOf(name)] ?? 0;
  const database = {
    'Databases/Primary/Type': 'mongodb',
    'Databases/Primary/Port': databasePort,
    'Databases/Primary/Name': 'metadata',
    'Databases/Primary/Username': 'meta',
  };
  const consul = await startConsul({
    ...coreKeys('edgex-core-data', portOf('data'), {
      ...database,
      'MessageQueue/Port': messagePort,
      'MessageQueue/Topic': 'events',
    }),
    ...coreKeys('edgex-core-metadata', portOf('metadata'), database),
    ...coreKeys('edgex-core-command', portOf('command'), database),
    ...coreKeys('edgex-support-logging', portOf('logging'), { ...database, 'Writable/Persistence': 'database' }),
  });
  test.after(consul.close);
  const dir = await tempDir();
  const env = { edgex_registry: `consul://${consul.address}` };
  const mongo = start(test, 'docker-edgex-mongo', { env: { STANDIN_PORT: String(databasePort), STANDIN_DB: dir } });
  await until('nine users', () => mongo.output().match(/Settting up/g)?.length === 9);

  return {
    consul,
    database: { port: databasePort, dir },
    urls: urls as World['urls'],
    messagePort,
    env,
    start: (image, options = {}) => start(test, image, { ...options, env: { ...env, ...options.env } }),
    startDevice: (options = {}) => {
      const device = {
        ...{ Clients_Data_Host: '127.0.0.1', Clients_Data_Port: String(portOf('data')) },
        ...{ Clients_Metadata_Host: '127.0.0.1', Clients_Metadata_Port: String(portOf('metadata')) },
        ...{ Service_Host: '127.0.0.1', Service_Port: String(portOf('device')), Logging_EnableRemote: 'false' },
        ...{ Registry_Host: '127.0.0.1', Registry_Port: String(consul.port) },
      };
      const all = { ...env, ...device, ...options.env };
      return start(test, 'docker-device-virtual-go', { args: ['--confdir=./res'], ...options, env: all });
    },
  };
}

/** Starts core-data and core-metadata and waits for their answers. */
export async function startCore(world: World, env: Record<string, string> = {}): Promise<void> {
  world.start('docker-core-data-go');
  world.start('docker-core-metadata-go', { env });
  await answer(`${world.urls.data}/api/v1/ping`);
  await answer(`${world.urls.metadata}/api/v1/ping`);
}

/** The devices that metadata knows. */
export async function devicesOf(world: World): Promise<readonly { readonly id: string; readonly name: string }[]> {
  return JSON.parse(await answer(`${world.urls.metadata}/api/v1/device`));
}
