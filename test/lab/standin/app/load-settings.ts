import { flag } from '../args.ts';
import { openConsul, parseRegistry } from '../registry/consul.ts';
import { overridden, type Settings, text } from '../registry/settings.ts';
import type { Environment, Stage } from '../stage.ts';
import { appDefaults, profiles } from './defaults.ts';

const bootTries = 30;
const bootIntervalMs = 1000;

export interface AppSettings {
  /** Its name in the registry: `AppService-<profile>`. */
  readonly key: string;
  readonly prefix: string;
  readonly settings: Settings;
}

/**
 * The settings of this start, and the registration; undefined after 30 s without a registry. The environment counts
 * only when the service writes its keys: when it has none, or with `--overwrite`.
 */
export async function loadSettings(stage: Stage): Promise<AppSettings | undefined> {
  const name = stage.env.edgex_profile ?? flag(stage.args, 'profile', 'p') ?? '';
  const profile = profiles[name];
  if (!profile) throw new Error(`could not load configuration file: profile ${name}`);
  const address = parseRegistry(stage.env.edgex_registry ?? '') ?? 'localhost:8500';
  const consul = openConsul(address);
  const key = `AppService-${name}`;
  const prefix = `edgex/appservices/1.0/${key}/`;
  let overwrite = flag(stage.args, 'overwrite', 'o') !== undefined;

  for (let attempt = 0; attempt < bootTries; attempt++) {
    try {
      await consul.self();
      let settings = overwrite ? undefined : await consul.read(prefix);
      if (!settings) {
        const first = firstSettings(appDefaults(name, profile), address, stage.env);
        for (const [path, value] of Object.entries(first.settings)) await consul.put(`${prefix}${path}`, value);
        overwrite = false;
        if (first.mismatch) throw new Error(first.mismatch);
        settings = first.settings;
      }
      await consul.register({
        key,
        host: text(settings, 'Service/Host'),
        port: Number(text(settings, 'Service/Port')),
      });
      return { key, prefix, settings };
    } catch (error) {
      stage.log.error(`failed to initialize Registry: ${error instanceof Error ? error.message : error}`);
    }
    await stage.sleep(bootIntervalMs);
  }
  return undefined;
}

/**
 * An override is text, and where the field is a number or boolean the SDK first fails to take it back; the keys are
 * written by then, and the next round reads them. Not an error, only a second lost.
 */
function firstSettings(defaults: Settings, registry: string, env: Environment) {
  const [host = '', port = ''] = registry.split(':');
  const { settings, overrides } = overridden(defaults, env);
  const service = /^(\w+):\/\/([^:/]+):(\d+)/.exec(env.edgex_service ?? '');
  const typed = overrides.find(
    (path) => /^(\d+|true|false)$/.test(defaults[path] ?? '') && !path.includes('/Parameters/'),
  );
  const kind = /^\d/.test(typed === undefined ? '' : (defaults[typed] ?? '')) ? 'int' : 'bool';
  return {
    settings: {
      ...settings,
      ...{ 'Registry/Host': host, 'Registry/Port': port },
      ...(service && {
        'Service/Protocol': service[1] ?? '',
        'Service/Host': service[2] ?? '',
        'Service/Port': service[3] ?? '',
      }),
    },
    mismatch:
      typed && `could not marshal configTree to configuration: Can't convert ${settings[typed]}(string) to ${kind}`,
  };
}
