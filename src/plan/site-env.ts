import { keyText, type SourceYaml, wrongSource } from '../base/source-yaml.ts';
import { type ConfigTrees, expandConfiguration, foldersOf } from './configuration.ts';
import type { Release } from './release.ts';
import type { Site } from './site.ts';
import { named } from './site-release.ts';

/**
 * Fuji takes a setting from a variable of its name, `Writable_LogLevel`, while a service finds no settings of its own in
 * Consul. Where they are written before it starts, such a variable never takes effect and nobody says so.
 */

/**
 * Looks for settings in the environment that a site gives to services.
 * @param release with the site laid over it
 * @returns where those stand that a service takes at its first start only, since it writes its settings itself
 * @throws BootError `usage` with line and key for one that would never take effect
 */
export function settingsInEnv(release: Release, trees: ConfigTrees, site: Site, source: SourceYaml): readonly string[] {
  return Object.entries(site.services ?? {}).flatMap(([word, { env = {} }]) => {
    const service = named(release, word, source, ['services', word]);
    const settings = new Map(pathsOf(service, release, trees).map((path) => [path.replaceAll('/', '_'), path]));
    return Object.entries(env).flatMap(([name, value]) => {
      const setting = settings.get(name);
      if (setting === undefined) return [];
      const path = ['services', word, 'env', name];
      const place = `${source.at(path)}: ${keyText(path)}`;
      if (release.services[service]?.configuration === 'self') return [place];
      throw wrongSource(
        place,
        'it never takes effect: the service goes by its settings in Consul, which are there before it starts',
        typeof value === 'object'
          ? `Write it under \`settings\`, as ${setting}; settings take no Secret.`
          : `Write it under \`settings\`, as ${setting}.`,
      );
    });
  });
}

/** The paths of a service's settings. One that a site adds is made with what the release's own device service is. */
function pathsOf(service: string, release: Release, trees: ConfigTrees): readonly string[] {
  const isAdded = release.services[service]?.configuration === 'self' && !trees.services.has(service);
  const name = isAdded ? Object.keys(release.services).find((each) => isModel(each, release, trees)) : service;
  if (name === undefined || !trees.services.has(name)) return [];
  // Their values differ by the database, their paths don't.
  const database = release.databases.mixed;
  const [configuration] = expandConfiguration(trees, { database, pristine: true, services: [name] });
  return foldersOf(trees, name).flatMap((folder) =>
    Object.keys(configuration?.keys ?? {}).flatMap((key) =>
      key.startsWith(`${folder}/`) ? [key.slice(folder.length + 1)] : [],
    ),
  );
}

function isModel(service: string, { services }: Release, trees: ConfigTrees): boolean {
  return services[service]?.configuration === 'self' && trees.services.has(service);
}
