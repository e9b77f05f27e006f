import { requireRights } from '../apply/access.ts';
import { type CopyPod, withCopyPods } from '../apply/copy-pod.ts';
import { backupRights } from '../apply/copy-rights.ts';
import { fetchVolume } from '../apply/copy-volume.ts';
import { type PauseContext, startServices, stopServices } from '../apply/pause.ts';
import { systemClock } from '../base/clock.ts';
import { isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatBytes } from '../base/quantity.ts';
import { retry } from '../base/retry.ts';
import { formatDuration } from '../base/time.ts';
import { version } from '../base/version.ts';
import { consulStore } from '../consul/kv.ts';
import { chooseReach, type Reach } from '../consul/reach.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Options } from '../options/resolve.ts';
import { chooseArchitecture } from '../plan/architecture.ts';
import { keysPath, renderKeys, type VolumeRecord, volumePath } from '../plan/archive.ts';
import { chooseDatabase } from '../plan/database.ts';
import { type InstalledService, installedServices, requireInstallation } from '../plan/installed-services.ts';
import type { Database, Release } from '../plan/release.ts';
import { loadCauses } from '../wait/causes.ts';
import { awaitRollout } from '../wait/rollout.ts';

import { type ArchiveWriter, writeArchive } from './archive/write.ts';
import { connect } from './connect.ts';
import { readFacts } from './facts.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';
import { registryOf, settlePatience } from './stages/run.ts';

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

    const archive = await writeArchive(path, new Date());
    const run: BackupRun = {
      ...{ kube, reach, release, database, services, archive, options, emit },
      signal: program.signal,
    };
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
      emit({
        type: 'done',
        message: `${path} has ${keys ?? 'no'} keys and ${volumes.length} volumes; services were down for ${formatDuration(systemClock.now() - stoppedMs)}`,
        writes: kube.writes(),
        elapsedMs: systemClock.now() - startedMs,
      });
      return 'done';
    } catch (error) {
      await archive.discard();
      throw error;
    }
  });

interface BackupRun {
  readonly kube: KubeClient;
  readonly reach: Reach;
  readonly release: Release;
  readonly database: Database;
  readonly services: readonly InstalledService[];
  readonly archive: ArchiveWriter;
  readonly options: Options;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

interface Copied {
  readonly volumes: readonly VolumeRecord[];
  readonly keys: number | undefined;
}

function contextOf({ kube, signal, emit, options }: BackupRun): PauseContext {
  const deadlineMs = systemClock.now() + options.timeoutMs;
  return { kube, namespace: options.namespace, clock: systemClock, signal, emit, deadlineMs };
}

/** Stops, copies, and starts again. */
async function copyAll(run: BackupRun): Promise<Copied> {
  const { services, emit } = run;
  emit({
    type: 'stage',
    stage: 'stop',
    message: `stopping ${services.length} services; they start again when their data are copied`,
  });
  const copied = copyWhileStopped(run);
  // Whatever came of it; a failure to start is the graver one.
  await copied.catch(() => undefined);
  await startServices(services, contextOf(run)).catch((error: unknown) => {
    if (!isBootError(error)) throw error;
    const { object, cause } = error.details;
    const hint = `Start them with edgex-boot install --namespace ${run.options.namespace}.`;
    emit({ type: 'warning', object, message: `services are still stopped: ${cause}`, hint });
    throw error;
  });
  return copied;
}

async function copyWhileStopped(run: BackupRun): Promise<Copied> {
  const { services, release, kube, options, emit, signal } = run;
  const holders = services.filter(({ gates }) => gates.length === 0);
  await stopServices(
    services.filter((service) => !holders.includes(service)),
    contextOf(run),
  );
  const keys = await copyKeys(run);
  await stopServices(holders, contextOf(run));
  emit({ type: 'stage', stage: 'copy', message: 'copying volumes' });
  const owners = services.filter(({ row }) => row.claims.length > 0);
  const { image: toolsImage = '' } = services.find(({ name }) => name === release.tools.service) ?? {};
  const place = { namespace: options.namespace, release, toolsImage };
  const context = { kube, clock: systemClock, signal, deadlineMs: systemClock.now() + options.timeoutMs };
  const volumes = await withCopyPods(owners, place, context, async (pods) => {
    const records: VolumeRecord[] = [];
    for (const { name, row } of owners) {
      for (const claim of row.claims) {
        const pod = pods.get(name);
        if (!pod) continue;
        const { uid, gid } = row.security;
        const contentKiB = await copyVolume(pod, claim.name, run);
        records.push({
          ...{ claim: claim.name, contentKiB },
          ...(uid === undefined ? {} : { uid }),
          ...(gid === undefined ? {} : { gid }),
        });
      }
    }
    return records;
  });
  return { volumes, keys };
}

/** @returns how many there are; undefined where the registry doesn't run, so that its volume alone has them */
async function copyKeys({ release, services, reach, archive, signal, emit }: BackupRun): Promise<number | undefined> {
  const endpoint = registryOf({ release });
  const registry = services.find(({ name }) => name === endpoint.service);
  if (!registry?.deployment.status?.availableReplicas) {
    const message = 'it does not run, so its keys are in the copy of its volume only';
    emit({ type: 'warning', object: endpoint.service, message });
    return undefined;
  }
  const store = consulStore(reach, endpoint, settlePatience(signal));
  await store.leader();
  const keys = await store.exportAll();
  await archive.add(keysPath, (sink) => sink(Buffer.from(renderKeys(keys))));
  emit({ type: 'fact', name: 'keys', value: String(keys.length) });
  return keys.length;
}

/** A stream that was cut is fetched again from its beginning. */
const fetching = {
  attempts: 3,
  firstDelayMs: 1_000,
  maxDelayMs: 5_000,
  isTransient: (error: unknown) => error instanceof KubeError && error.trouble !== undefined,
};

const heartbeatMs = 10_000;

async function copyVolume(pod: CopyPod, claim: string, { archive, emit, signal }: BackupRun): Promise<number> {
  const startedMs = systemClock.now();
  const { member, result } = await retry(
    () => {
      let toldMs = systemClock.now();
      let bytes = 0;
      return archive.add(volumePath(claim), (sink) =>
        fetchVolume(pod, claim, async (chunk) => {
          await sink(chunk);
          bytes += chunk.length;
          const nowMs = systemClock.now();
          if (nowMs - toldMs < heartbeatMs) return;
          toldMs = nowMs;
          emit({
            type: 'heartbeat',
            waitingFor: [`${claim}, ${formatBytes(bytes)} so far`],
            elapsedMs: nowMs - startedMs,
          });
        }),
      );
    },
    fetching,
    systemClock,
    signal,
  );
  const size = `${formatBytes(result * 1024)} as ${formatBytes(member.sizeBytes)}`;
  emit({
    type: 'fact',
    name: `volume ${claim}`,
    value: `${size}, in ${formatDuration(systemClock.now() - startedMs)}`,
  });
  return result;
}

/** Waits for the services that ran before. */
async function awaitStart({ kube, services, options, emit, signal }: BackupRun): Promise<void> {
  emit({ type: 'stage', stage: 'rollout', message: 'waiting until every service is ready again' });
  const ran = services.filter(({ deployment }) => (deployment.spec.replicas ?? 1) > 0);
  const deadlineMs = systemClock.now() + options.timeoutMs;
  const { namespace } = options;
  await awaitRollout(ran, { kube, namespace, clock: systemClock, signal, emit, deadlineMs, causes: loadCauses() });
}
