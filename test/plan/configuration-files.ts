import { readdirSync, readFileSync } from 'node:fs';
import { type ConfigTrees, parseConfigTrees } from '../../src/plan/configuration.ts';

const folder = new URL('../../assets/releases/fuji/config/', import.meta.url);

/** The release's configuration files: name to text. */
export function configFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}

export function configTrees(): ConfigTrees {
  return parseConfigTrees(configFiles());
}

/** The services that Fuji's config-seed writes settings for. */
export const seededServices = [
  'edgex-core-command',
  'edgex-core-data',
  'edgex-core-metadata',
  'edgex-support-logging',
  'edgex-support-notifications',
  'edgex-support-rulesengine',
  'edgex-support-scheduler',
  'edgex-sys-mgmt-agent',
];
