import { expandConfiguration } from '../plan/configuration.ts';
import { chooseDatabase } from '../plan/database.ts';
import { selectServices } from '../plan/select.ts';
import { renderConfigJson, renderConfigText } from '../report/config.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';

/** Prints the settings of every service of an installation, as they stand in the registry. Asks no cluster. */
export const configRender: Work = async (options, { stdout }) => {
  const { release, trees, overrides, overridePlace } = loadRelease(options);
  const { architecture, pristine } = options;
  const database = chooseDatabase(release, options.database, architecture);
  const services = [...selectServices(release, { ...options, database })]
    .filter(([name]) => trees.services.has(name))
    .map(([name]) => name);
  const configurations = expandConfiguration(trees, { database, pristine, services, overrides, overridePlace });
  stdout.write(options.output === 'json' ? renderConfigJson(configurations) : renderConfigText(configurations));
  return 'done';
};
