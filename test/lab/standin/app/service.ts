import type { Event } from '../core/data.ts';
import { metrics, sendLogs } from '../core/service.ts';
import { call } from '../net/client.ts';
import { openPublisher, subscribe } from '../net/lines.ts';
import { serve } from '../net/server.ts';
import { openConsul, parseRegistry } from '../registry/consul.ts';
import { number, type Settings, text, unflatten } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';
import { type AppSettings, loadSettings } from './load-settings.ts';
import { makeMqttSender } from './mqtt.ts';
import { type Outputs, runPipeline } from './pipeline.ts';

/** What -1 becomes as an exit code. */
const failed = 255;
const appVersion = '1.0.0';
const watchRetryMs = 1000;
const zeromqRetryMs = 100;

/** app-service-configurable 1.0.0 and its SDK, with the profile that `edgex_profile` names. */
export async function playAppService(stage: Stage): Promise<number | undefined> {
  const app = await loadSettings(stage);
  if (!app) return failed;
  sendLogs({ key: app.key }, app.settings, stage);
  // One question, no second try.
  if (!(await coreVersionFits(app.settings, stage))) return failed;

  let settings = app.settings;
  watchWritable(stage, app, (changed) => {
    settings = changed;
    stage.log.info('Writable configuration has been updated from Registry. Pipeline reloaded.');
  });
  const outputs = await openOutputs(settings, stage);
  subscribe({
    host: text(settings, 'MessageBus/SubscribeHost/Host'),
    port: number(settings, 'MessageBus/SubscribeHost/Port'),
    retryMs: zeromqRetryMs,
    take: (message) => {
      if (!stage.faults.mute) void runPipeline(JSON.parse(message) as Event, settings, outputs, stage);
    },
  });
  await serve(
    [
      ['GET', '/api/v1/ping', () => ({ body: 'pong' })],
      ['GET', '/api/version', () => ({ body: { version: appVersion, sdk_version: appVersion } })],
      ['GET', '/api/v1/config', () => ({ body: unflatten(settings) })],
      ['GET', '/api/v1/metrics', () => ({ body: metrics() })],
    ],
    { host: undefined, port: number(settings, 'Service/Port') },
    stage,
  );
  stage.log.info(text(settings, 'Service/StartupMsg'));
  return undefined;
}

async function coreVersionFits(settings: Settings, stage: Stage): Promise<boolean> {
  const url = `http://${text(settings, 'Clients/CoreData/Host')}:${text(settings, 'Clients/CoreData/Port')}/api/version`;
  try {
    const { status, body } = await call({ url });
    const { version } = JSON.parse(body) as { version: string };
    if (status === 200 && version.split('.')[0] === appVersion.split('.')[0]) return true;
    stage.log.error(`Core services version ${version} isn't compatible with SDK's version ${appVersion}`);
  } catch (error) {
    stage.log.error(`error checking Core Services' version: ${error instanceof Error ? error.message : error}`);
  }
  return false;
}

/** A blocking query below `Writable/`: a changed key reloads the pipeline at once. */
async function watchWritable(stage: Stage, app: AppSettings, changed: (settings: Settings) => void): Promise<void> {
  const consul = openConsul(parseRegistry(stage.env.edgex_registry ?? '') ?? 'localhost:8500');
  const prefix = `${app.prefix}Writable/`;
  let settings = app.settings;
  for (let index = 0; ; ) {
    try {
      const seen = await consul.watch(prefix, index);
      // An index that goes back tells of a new Consul; the query starts over.
      index = seen.index < index ? 0 : seen.index;
      const next = { ...settings };
      for (const [path, value] of Object.entries(seen.settings ?? {})) next[`Writable/${path}`] = value;
      if (JSON.stringify(next) === JSON.stringify(settings)) continue;
      settings = next;
      changed(settings);
    } catch {
      await stage.sleep(watchRetryMs);
    }
  }
}

async function openOutputs(settings: Settings, stage: Stage): Promise<Outputs> {
  const port = number(settings, 'MessageBus/PublishHost/Port');
  const publisher = port === 0 ? undefined : await openPublisher(port);
  const data = `http://${text(settings, 'Clients/CoreData/Host')}:${text(settings, 'Clients/CoreData/Port')}`;
  return {
    publish: (event) => publisher?.publish(event),
    send: makeMqttSender(stage),
    markPushed: async (event) => {
      await call({ method: 'PUT', url: `${data}/api/v1/event/id/${event.id}` });
    },
  };
}
