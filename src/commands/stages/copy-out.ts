import { type CopyPod, withCopyPods } from '../../apply/copy-pod.ts';
import { fetchVolume } from '../../apply/copy-volume.ts';
import { type PauseContext, startServices, stopServices } from '../../apply/pause.ts';
import { systemClock } from '../../base/clock.ts';
import { isBootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import { formatBytes } from '../../base/quantity.ts';
import { retry } from '../../base/retry.ts';
import { formatDuration } from '../../base/time.ts';
import { consulStore } from '../../consul/kv.ts';
import type { Reach } from '../../consul/reach.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { Options } from '../../options/resolve.ts';
import { keysPath, renderKeys, type VolumeRecord, volumePath } from '../../plan/archive.ts';
import type { InstalledService } from '../../plan/installed-services.ts';
import type { Release } from '../../plan/release.ts';
import type { ArchiveWriter } from '../archive/write.ts';
import { registryOf, settlePatience } from './run.ts';

export interface BackupRun {
  readonly kube: KubeClient;
  readonly reach: Reach;
  readonly release: Release;
  readonly services: readonly InstalledService[];
  readonly archive: ArchiveWriter;
  readonly options: Options;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface Copied {
  readonly volumes: readonly VolumeRecord[];
  readonly keys: number | undefined;
}

function contextOf({ kube, signal, emit, options }: BackupRun): PauseContext {
  const deadlineMs = systemClock.now() + options.timeoutMs;
  return { kube, namespace: options.namespace, clock: systemClock, signal, emit, deadlineMs };
}

/**
 * Stops an installation, copies its keys and volumes into the archive, and starts again what it stopped, whatever came
 * of the copy.
 * @throws BootError as `stopServices`, `withCopyPods` and `fetchVolume`
 */
export async function copyAll(run: BackupRun): Promise<Copied> {
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
        if (!pod) throw new Error(`no pod for ${claim.name}`);
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
