import { flag } from '../args.ts';
import { type Consul, openConsul } from '../registry/consul.ts';
import { overridden, type Settings, text } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';
import { deviceDefaults } from './defaults.ts';

const prefix = 'edgex/devices/1.0/device-virtual/';
const tries = 3;

export interface Loaded {
  readonly settings: Settings;
  /** The service wrote its own keys on this start. */
  readonly isFirst: boolean;
}

/**
 * The settings of this start, and the registration. Three tries without a pause, then undefined. The environment counts
 * only when the service writes its keys, which is when it has none yet, or with `--overwrite`.
 */
export async function loadSettings(consul: Consul, stage: Stage): Promise<Loaded | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      await consul.self();
      const present = await consul.read(prefix);
      const isFirst = present === undefined || flag(stage.args, 'overwrite', 'o') !== undefined;
      const settings = isFirst ? overridden(deviceDefaults, stage.env).settings : present;
      if (isFirst) await push(consul, settings, stage);
      await register(settings);
      return { settings, isFirst };
    } catch (error) {
      stage.log.error(`registry: ${error instanceof Error ? error.message : error}`);
    }
  }
  return undefined;
}

async function push(consul: Consul, settings: Settings, stage: Stage): Promise<void> {
  for (const [path, value] of Object.entries(settings)) await consul.put(`${prefix}${path}`, value);
  stage.log.info('Pushed configuration into Registry');
}

/** The registration goes to the registry that the settings name, whatever the arguments said. */
async function register(settings: Settings): Promise<void> {
  const own = openConsul(`${text(settings, 'Registry/Host')}:${text(settings, 'Registry/Port')}`);
  const port = Number(text(settings, 'Service/Port'));
  await own.register({ key: 'device-virtual', host: text(settings, 'Service/Host'), port });
}
