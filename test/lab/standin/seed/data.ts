import { expandConfiguration } from '../../../../src/plan/configuration.ts';
import { configTrees } from '../../../plan/configuration-files.ts';

/** Database to full key to value, in the order in which config-seed writes. */
export type SeedData = Readonly<Record<'mongo' | 'redis', Readonly<Record<string, string>>>>;

const services = [
  'edgex-support-rulesengine',
  'edgex-core-metadata',
  'edgex-core-command',
  'edgex-core-data',
  'edgex-support-logging',
  'edgex-support-scheduler',
  'edgex-support-notifications',
  'edgex-sys-mgmt-agent',
];

/** How many keys the original writes besides, for programs that nobody installs. They take time, so the lab has them. */
const unused: readonly (readonly [folder: string, count: number])[] = [
  ['edgex/core/1.0/edgex-export-client', 40],
  ['edgex/core/1.0/edgex-export-distro', 40],
  ['config/device-virtual', 28],
  ['config/device-virtual;docker', 42],
];

/**
 * What the image of config-seed holds: the project's own release configuration, expanded as it is in Fuji, and a
 * placeholder for each key that nothing reads. Made when the image is made.
 */
export function seedData(): SeedData {
  const fillers = unused.flatMap(([folder, count]) =>
    Array.from({ length: count }, (_, index) => [`${folder}/placeholder.${index}`, String(index)]),
  );
  const keysFor = (database: 'mongo' | 'redis'): Record<string, string> => {
    const expanded = expandConfiguration(configTrees(), { database, pristine: true, services });
    return Object.fromEntries([...expanded.flatMap(({ keys }) => Object.entries(keys)), ...fillers]);
  };
  return { mongo: keysFor('mongo'), redis: keysFor('redis') };
}
