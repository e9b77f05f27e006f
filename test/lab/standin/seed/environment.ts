import type { Environment } from '../stage.ts';

const coreKey = /^edgex\/core\/1\.0\/edgex-([^/]+)\/(.+)$/;

/**
 * The keys that the environment sets for config-seed. `Writable_LogLevel` sets that path in each service that has it;
 * `core_data_Writable_LogLevel` sets it in one service, and makes it where it isn't. Where both set a key, the
 * original's choice is random; here the service's own wins. Empty values and values with `=` are dropped.
 */
export function environmentKeys(
  keys: Readonly<Record<string, string>>,
  env: Environment,
): Readonly<Record<string, string>> {
  const services = new Set(Object.keys(keys).flatMap((key) => coreKey.exec(key)?.[1] ?? []));
  const global: Record<string, string> = {};
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '' || value.includes('=')) continue;
    const path = name.replaceAll(/[-_]/g, '/');
    for (const service of services) {
      const prefix = `edgex/core/1.0/edgex-${service}/`;
      const start = `${service.replaceAll('-', '/')}/`;
      if (`${prefix}${path}` in keys) global[`${prefix}${path}`] = value;
      else if (path.startsWith(start)) own[`${prefix}${path.slice(start.length)}`] = value;
    }
  }
  return { ...global, ...own };
}
