import { makePlan } from '../plan/plan.ts';
import { renderManifests } from '../report/manifests.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';

/** Prints the manifests of an installation. Asks no cluster, so the storage is a class. */
export const render: Work = async (options, { stdout }) => {
  const plan = makePlan({
    ...loadRelease(options),
    namespace: options.namespace,
    database: options.database,
    architecture: options.architecture,
    with: options.with,
    without: options.without,
    storage: options.storage,
    size: options.size,
    origins: options.origins,
  });
  stdout.write(renderManifests(plan, options.output === 'json' ? 'json' : 'yaml'));
  return 'done';
};
