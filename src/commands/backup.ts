import { requireRights } from '../apply/access.ts';
import { backupRights } from '../apply/copy-rights.ts';
import { lastingReplicas } from '../apply/pause.ts';
import { systemClock } from '../base/clock.ts';
import { formatBytes } from '../base/quantity.ts';
import { formatDuration } from '../base/time.ts';
import { version } from '../base/version.ts';
import { chooseReach } from '../consul/reach.ts';
import { chooseArchitecture } from '../plan/architecture.ts';
import { chooseDatabase } from '../plan/database.ts';
import { installedServices, requireInstallation } from '../plan/installed-services.ts';
import { loadCauses } from '../wait/causes.ts';
import { awaitRollout } from '../wait/rollout.ts';
import { writeArchive } from './archive/write.ts';
import { connect } from './connect.ts';
import { readFacts } from './facts.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';
import { type BackupRun, copyAll } from './stages/copy-out.ts';
import { exclusively } from './stages/exclusive.ts';

/**
 * Writes an installation's keys and volumes into one file. Files of a database that runs are in no order that it could
 * start from, and the registry and the database must be of the same moment, so all services are stopped meanwhile:
 * first those that use data, so that the last write is over, then those that hold them. What was stopped is started
 * again whatever happens; and should this be killed, the next `install` does it.
 */
export const backup: Work = (options, program) =>
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    const startedMs = systemClock.now();
    const { operand: path = '', namespace } = options;
    const { release } = loadRelease(options);
    emit({ type: 'stage', stage: 'facts', message: 'looking at the cluster' });
    const kube = connect(options, program, emit);
    const [facts, reach] = await Promise.all([readFacts(kube, namespace), chooseReach(kube, namespace, options.reach)]);
    const { cluster, installed } = facts;
    const database = chooseDatabase(release, 'auto', chooseArchitecture(cluster, release, installed), facts);
    const services = installedServices(release, database, installed.objects);
    requireInstallation(release, services, installed.objects, namespace);
    await requireRights(backupRights(namespace, reach.way === 'proxy'), { name: namespace, exists: true }, kube);

    const { runName, signal } = program;
    // Two runs must not write one file either, so it is begun and ended by who holds the lease.
    const summary = await exclusively({ kube, release, namespace, runName, signal }, async (both) => {
      const archive = await writeArchive(path, new Date());
      const run: BackupRun = { ...{ kube, reach, release, services, archive, options, emit }, signal: both };
      try {
        const stoppedMs = systemClock.now();
        const { volumes, keys } = await copyAll(run);
        const madeAt = new Date().toISOString();
        const names = services.map(({ name }) => name);
        const sizeBytes = await archive.finish({
          ...{ program: version, release: release.release, version: release.version, database, namespace, madeAt },
          ...{ services: names, volumes, ...(keys === undefined ? {} : { keys }) },
        });
        emit({ type: 'fact', name: 'archive', value: `${path}, ${formatBytes(sizeBytes)}, complete and checked` });
        await awaitStart(run);
        const downMs = systemClock.now() - stoppedMs;
        return `${path} has ${keys ?? 'no'} keys and ${volumes.length} volumes; services were down for ${formatDuration(downMs)}`;
      } catch (error) {
        await archive.discard();
        throw error;
      }
    });
    const elapsedMs = systemClock.now() - startedMs;
    emit({ type: 'done', message: summary, writes: kube.writes(), elapsedMs });
    return 'done';
  });

/** Waits for the services that ran before. */
async function awaitStart({ kube, services, options, emit, signal }: BackupRun): Promise<void> {
  emit({ type: 'stage', stage: 'rollout', message: 'waiting until every service is ready again' });
  const ran = services.filter((service) => lastingReplicas(service) > 0);
  const deadlineMs = systemClock.now() + options.timeoutMs;
  const { namespace } = options;
  await awaitRollout(ran, { kube, namespace, clock: systemClock, signal, emit, deadlineMs, causes: loadCauses() });
}
