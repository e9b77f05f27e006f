import { call } from '../net/client.ts';
import { lookupOwnHost } from '../net/lookup.ts';
import { type Route, serve } from '../net/server.ts';
import { type Consul, openConsul, parseRegistry } from '../registry/consul.ts';
import { number, type Settings, text, unflatten } from '../registry/settings.ts';
import type { Play, Stage } from '../stage.ts';
import { openMongo, openRedis } from '../store/databases.ts';
import { openStore, type Store } from '../store/store.ts';

export interface CoreRow {
  /** Its name in the registry, and of its keys. */
  readonly key: string;
  /** What the configuration file in its image says; that is what it registers. */
  readonly host: string;
  readonly port: number;
  readonly usesDatabase: (settings: Settings) => boolean;
  /** Its resources; a number ends the service with that code before it listens. */
  readonly open: (core: Core) => Promise<readonly Route[] | number> | readonly Route[] | number;
  /** sys-mgmt-agent has no `/api/v1/config` and `/api/v1/metrics` of its own. */
  readonly ownConfig?: boolean;
}

/** What a core service has once it is up. */
export interface Core {
  readonly stage: Stage;
  readonly settings: Settings;
  readonly consul: Consul;
  readonly store: Store;
}

export const coreVersion = '1.1.0';
const bootTries = 30;
const bootIntervalMs = 1000;
const readTimeoutMs = 2000;

/**
 * The bootstrap that Fuji's seven Go services share. `[Startup]` settings and variables change nothing, as in 1.1.0.
 */
export function playCore(row: CoreRow): Play {
  return async (stage) => {
    const startedAt = performance.now();
    const consul = openConsul(parseRegistry(stage.env.edgex_registry ?? '') ?? 'localhost:8500');
    const booted = await boot(row, consul, stage);
    if (!booted) return 1;
    const { settings, spentMs } = booted;
    sendLogs(row, settings, stage);
    const isMongo = row.usesDatabase(settings) && text(settings, 'Databases/Primary/Type') === 'mongodb';
    const command = isMongo ? await openMongo(settings, stage, spentMs) : openRedis(settings);
    // The original gives up on its database with a code that looks like success.
    if (!command) return 0;
    const store = openStore(command, text(settings, 'Databases/Primary/Name'));
    const routes = await row.open({ stage, settings, consul, store });
    if (typeof routes === 'number') return routes;
    await listen([...commonRoutes(row, settings), ...routes], settings, stage);
    stage.log.info(text(settings, 'Service/StartupMsg'));
    stage.log.info(`Service started in: ${((performance.now() - startedAt) / 1000).toFixed(3)}s`);
    return undefined;
  };
}

interface Booted {
  readonly settings: Settings;
  /** Waited for so far. */
  readonly spentMs: number;
}

async function boot(row: CoreRow, consul: Consul, stage: Stage): Promise<Booted | undefined> {
  const prefix = `edgex/core/1.0/${row.key}/`;
  for (let attempt = 0; attempt < bootTries; attempt++) {
    try {
      await consul.self();
      await consul.register({ key: row.key, host: row.host, port: row.port });
      const settings = await consul.read(prefix, readTimeoutMs);
      if (settings) return { settings, spentMs: attempt * bootIntervalMs };
      stage.log.error(`no configuration at ${prefix}`);
    } catch (error) {
      stage.log.error(`registry: ${error instanceof Error ? error.message : error}`);
    }
    await stage.sleep(bootIntervalMs);
  }
  return undefined;
}

/** A failed listen is logged and nothing else: the process stays, without a server. */
async function listen(routes: readonly Route[], settings: Settings, stage: Stage): Promise<void> {
  const port = number(settings, 'Service/Port');
  try {
    const host = await lookupOwnHost(text(settings, 'Service/Host'), stage.env);
    stage.log.info(`Web server starting (${text(settings, 'Service/Host')}:${port})`);
    await serve(routes, { host, port }, stage);
  } catch (error) {
    const { code, address, message } = error as { code?: string; address?: string; message: string };
    const cause =
      code === 'EADDRNOTAVAIL' ? `listen tcp ${address}:${port}: bind: cannot assign requested address` : message;
    stage.log.error(`Web server stopped: ${cause}`);
  }
}

function commonRoutes(row: CoreRow, settings: Settings): readonly Route[] {
  const always: readonly Route[] = [
    ['GET', '/api/v1/ping', () => ({ body: 'pong' })],
    ['GET', '/api/version', () => ({ body: { version: coreVersion } })],
  ];
  if (row.ownConfig === false) return always;
  return [
    ...always,
    ['GET', '/api/v1/config', () => ({ body: unflatten(settings) })],
    ['GET', '/api/v1/metrics', () => ({ body: metrics() })],
  ];
}

/** The figures of `/api/v1/metrics`, as far as they make sense outside Go. */
export function metrics(): unknown {
  const { heapUsed, rss } = process.memoryUsage();
  const cpu = process.cpuUsage();
  const busy = (cpu.user + cpu.system) / 1e6 / process.uptime();
  return {
    Memory: { Alloc: heapUsed, TotalAlloc: heapUsed, Sys: rss, Mallocs: 0, Frees: 0, LiveObjects: 0 },
    CpuBusyAvg: Math.round(busy * 100),
  };
}

/** Every entry goes to support-logging, too; when that fails, a line on stdout says so and life goes on. */
export function sendLogs(row: Pick<CoreRow, 'key'>, settings: Settings, stage: Stage): void {
  const host = text(settings, 'Clients/Logging/Host');
  if (text(settings, 'Logging/EnableRemote') !== 'true' || host === '') return;
  const url = `http://${host}:${text(settings, 'Clients/Logging/Port')}/api/v1/logs`;
  stage.log.alsoTo((entry) => {
    call({ method: 'POST', url, body: entry }).catch((error: Error) =>
      process.stdout.write(`${row.key}: ${error.message}\n`),
    );
  });
}
