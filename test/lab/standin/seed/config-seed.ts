import { readFile } from 'node:fs/promises';
import { flag } from '../args.ts';
import { type Consul, openConsul, parseRegistry } from '../registry/consul.ts';
import type { Stage } from '../stage.ts';
import type { SeedData } from './data.ts';
import { environmentKeys } from './environment.ts';

const bootTries = 30;
const bootIntervalMs = 1000;
/** Where the lab's images have the keys; data.ts makes it. */
export const seedFile = '/config-seed.json';

/**
 * config-seed 1.1.0: properties first, always; then the settings of each service, those that are not there yet. A key
 * at a time. Without a registry it ends with 1; every later error is only logged, and it ends with 0.
 */
export async function playConfigSeed(stage: Stage): Promise<number> {
  const consul = openConsul(parseRegistry(stage.env.edgex_registry ?? '') ?? 'edgex-core-consul:8500');
  if (!(await isReached(consul, stage))) {
    stage.log.error('Service bootstrap failed!');
    return 1;
  }
  try {
    await seed(consul, stage);
  } catch (error) {
    stage.log.error(error instanceof Error ? error.message : String(error));
  }
  return 0;
}

async function isReached(consul: Consul, stage: Stage): Promise<boolean> {
  for (let attempt = 0; attempt < bootTries; attempt++) {
    try {
      await consul.self();
      return true;
    } catch (error) {
      stage.log.error(`registry: ${error instanceof Error ? error.message : error}`);
    }
    await stage.sleep(bootIntervalMs);
  }
  return false;
}

async function seed(consul: Consul, stage: Stage): Promise<void> {
  const overwrite = flag(stage.args, 'overwrite', 'o') !== undefined;
  const keys = Object.entries(await keysOf(stage));
  const isProperty = ([key]: readonly [string, string]): boolean => key.startsWith('config/');
  for (const [key, value] of keys.filter(isProperty)) await consul.put(key, value);
  for (const [key, value] of keys.filter((entry) => !isProperty(entry))) {
    const present = await consul.get(key);
    if (present === undefined || overwrite) await consul.put(key, value);
  }
  stage.log.info(`Service has been seeded: ${keys.length} keys`);
}

/** The command directory names the database: Fuji's image has one directory for each. */
async function keysOf({ args, env }: Stage): Promise<Readonly<Record<string, string>>> {
  const data = JSON.parse(await readFile(env.STANDIN_KEYS ?? seedFile, 'utf8')) as SeedData;
  const database = flag(args, 'cmd', 'c')?.endsWith('cmd-redis') ? 'redis' : 'mongo';
  return { ...data[database], ...environmentKeys(data[database], env) };
}
