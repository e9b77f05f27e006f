import { subscribe } from '../net/lines.ts';
import { serve } from '../net/server.ts';
import { openConsul } from '../registry/consul.ts';
import { text } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';

const name = 'edgex-support-rulesengine';
const registryAddress = 'edgex-core-consul:8500';
const zeromqRetryMs = 100;
const reportEvery = 10;

/** The properties that the image falls back to where the registry has none. */
const properties = {
  'server.port': '48075',
  'export.zeromq.host': 'tcp://edgex-app-service-configurable-rules',
  'export.zeromq.port': '5566',
};

/** support-rulesengine: needs a registry at its start, then waits for events that the app service passes on. */
export async function playRulesEngine(stage: Stage): Promise<number | undefined> {
  const consul = openConsul(stage.env.STANDIN_REGISTRY ?? registryAddress);
  try {
    await consul.self();
    // Both profiles are read, and docker wins.
    const plain = await consul.read(`config/${name}/`);
    const docker = await consul.read(`config/${name};docker/`);
    const settings = { ...properties, ...plain, ...docker };
    const port = Number(text(settings, 'server.port'));
    await serve(
      [
        ['GET', '/api/v1/ping', () => ({ body: 'pong' })],
        ['GET', '/api/v1/rule', () => ({ body: [] })],
      ],
      { host: undefined, port },
      stage,
    );
    await consul.register({ key: name, host: name, port });
    listen(text(settings, 'export.zeromq.host'), Number(text(settings, 'export.zeromq.port')), stage);
    stage.log.info('This is the Support Rules Engine Microservice.');
    return undefined;
  } catch (error) {
    stage.log.error(`Application startup failed: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

function listen(url: string, port: number, stage: Stage): void {
  let received = 0;
  subscribe({
    host: url.replace(/^tcp:\/\//, ''),
    port,
    retryMs: zeromqRetryMs,
    connected: () => stage.log.info(`Watching for new export events at ${url}:${port}`),
    take: () => {
      received++;
      if (received === 1 || received % reportEvery === 0) stage.log.info(`Events received: ${received}`);
    },
  });
}
