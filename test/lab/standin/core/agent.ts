import { call } from '../net/client.ts';
import type { Route } from '../net/server.ts';
import { text } from '../registry/settings.ts';
import { watchPeer } from './peers.ts';
import type { Core } from './service.ts';

type Report = Readonly<Record<string, unknown>>;

/** sys-mgmt-agent: health from the registry, configuration from the services, operations by an executor. */
export function openAgent(core: Core): readonly Route[] {
  const { consul } = core;
  const each = async (services: string, ask: (service: string) => Promise<unknown>): Promise<{ body: Report }> => {
    const answers = services.split(',').map(async (service) => [service, await ask(service)] as const);
    return { body: Object.fromEntries(await Promise.all(answers)) };
  };
  const health = async (service: string): Promise<unknown> =>
    (await consul.isHealthy(service)) ? true : `registry: service ${service} is not healthy`;
  // A client is made when a service is first asked for, and finds its peer as core-command does.
  const clients = new Map<string, Promise<() => string>>();
  const config = async (service: string): Promise<unknown> => {
    const client = clients.get(service) ?? watchPeer(core, service);
    clients.set(service, client);
    const { body } = await call({ url: `${(await client)()}/api/v1/config` });
    return JSON.parse(body);
  };
  return [
    ['GET', '/api/v1/health/{services}', ({ params }) => each(params.services ?? '', health)],
    ['GET', '/api/v1/config/{services}', ({ params }) => each(params.services ?? '', config)],
    [
      'PUT',
      '/api/v1/config/{services}',
      async ({ params, body }) => {
        const { key, value } = JSON.parse(body) as { key: string; value: string };
        // Below edgex/core only: settings of app and device services can't be set this way.
        return each(params.services ?? '', async (service) => {
          await consul.put(`edgex/core/1.0/${service}/${key.replaceAll('.', '/')}`, value);
          return { Success: true };
        });
      },
    ],
    [
      'GET',
      '/api/v1/metrics/{services}',
      async ({ params }) => ({
        body: await Promise.all((params.services ?? '').split(',').map((service) => execute(core, service, 'metrics'))),
      }),
    ],
    [
      'POST',
      '/api/v1/operation',
      async ({ body }) => {
        const { action, services } = JSON.parse(body) as { action: string; services: readonly string[] };
        return { body: await Promise.all(services.map((service) => execute(core, service, action))) };
      },
    ],
  ];
}

/** Runs the executor with service and operation; both its outputs together must be one JSON object. */
async function execute({ settings }: Core, service: string, operation: string): Promise<unknown> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const refuse = (cause: string): void =>
      resolve({ operation, service, executor: 'unknown', Success: false, errorMessage: cause });
    execFile(text(settings, 'ExecutorPath'), [service, operation], (error, stdout, stderr) => {
      if (error) return refuse(error.message);
      try {
        resolve(JSON.parse(stdout + stderr));
      } catch {
        refuse(`not JSON: ${stdout}${stderr}`);
      }
    });
  });
}
