import { isBootError } from '../base/errors.ts';
import type { Options } from '../options/resolve.ts';
import { chooseArchitecture } from '../plan/architecture.ts';
import { chooseDatabase } from '../plan/database.ts';
import type { Release } from '../plan/release.ts';
import { selectServices } from '../plan/select.ts';
import { parseSizes, withSizes } from '../plan/sizes.ts';
import { chooseStorage } from '../plan/storage.ts';
import { storageCandidates } from '../plan/storage-candidates.ts';
import { type ClusterStorage, claimsOf, neededBytes } from '../plan/storage-types.ts';
import { formatPlace } from '../plan/storage-wish.ts';
import { createRedactor } from '../report/redact.ts';
import { renderStorageJson, renderStorageText } from '../report/storage.ts';
import type { StorageOutcome } from '../report/storage-view.ts';
import { connect } from './connect.ts';
import { type Facts, readFacts } from './facts.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';

/** Shows what the data of an installation could be put on, and what `install` would take. Only reads. */
export const storage: Work = (options, program) =>
  withReporter(options, program, program.stderr, async (emit) => {
    const { release } = loadRelease(options);
    const facts = await readFacts(connect(options, program, emit), options.namespace);
    const input = storageInput(options, release, facts);
    const overview = {
      wish: options.storage,
      namespace: options.namespace,
      neededBytes: neededBytes(claimsOf(input)),
      candidates: storageCandidates(input).map((each) => ({ ...each, option: formatPlace(each.place) })),
      outcome: outcomeOf(input),
    };
    const redact = createRedactor(program.secrets);
    const { stdout } = program;
    stdout.write(
      options.output === 'json'
        ? renderStorageJson(overview, redact)
        : renderStorageText(overview, stdout.columns(), redact),
    );
    return 'done';
  });

function storageInput(options: Options, release: Release, facts: Facts): ClusterStorage {
  const { namespace, storage: wish } = options;
  const architecture = chooseArchitecture(facts.cluster, release, facts.installed);
  const database = chooseDatabase(release, options.database, architecture, facts);
  const services = withSizes(
    selectServices(release, { ...options, architecture, database }),
    parseSizes(release, options.size, options.origins.size),
    { namespace, storage: facts.storage, origin: options.origins.size },
  );
  return { wish, namespace, architecture, services: [...services.values()], facts };
}

/** A refusal is what this command is to show, not its own failure. */
function outcomeOf(input: ClusterStorage): StorageOutcome {
  try {
    const choice = chooseStorage(input);
    return { choice, option: formatPlace(choice) };
  } catch (error) {
    if (isBootError(error) && error.details.exit === 'preflight') return { refusal: error.details };
    throw error;
  }
}
