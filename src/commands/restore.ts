import { requireRights } from '../apply/access.ts';
import { type CopyPod, withCopyPods } from '../apply/copy-pod.ts';
import { restoreRights } from '../apply/copy-rights.ts';
import { deliverVolume, discardDelivery, inspectVolume, replaceContent } from '../apply/copy-volume.ts';
import { listWorkloads } from '../apply/end-workloads.ts';
import { systemClock } from '../base/clock.ts';
import { BootError, isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatBytes } from '../base/quantity.ts';
import { readInstalled } from '../facts/installed.ts';
import type { KubeClient } from '../kube/types.ts';
import { programName } from '../options/commands.ts';
import type { Options } from '../options/resolve.ts';
import { type Manifest, type VolumeRecord, volumePath } from '../plan/archive.ts';
import { inventoryRef } from '../plan/inventory.ts';
import { isHalfRestored, requireIdle, requireSameRelease, restoringPatch, selectionOf } from '../plan/restorable.ts';
import { type ArchiveReader, readArchive } from './archive/read.ts';
import { connect } from './connect.ts';
import { prepare } from './prepare.ts';
import type { Program, Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';
import { applyStorage, openStorage } from './stages/apply-storage.ts';
import { exclusively } from './stages/exclusive.ts';
import type { Run } from './stages/run.ts';

/**
 * Puts a backup back where nothing runs: it prepares the storage as `install` would, fills the volumes, and leaves the
 * start to `install`. Every byte of the archive is checked before the first write. All volumes are filled beside what
 * they hold, and only when everything has arrived each gets its new content: whatever fails before, no volume is
 * changed, and this can be run again. What is interrupted after that is marked, and `install` refuses it until this was
 * run to its end.
 */
export const restore: Work = (options, program) =>
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    const startedMs = systemClock.now();
    const { operand: path = '' } = options;
    const { release } = loadRelease(options);
    emit({ type: 'stage', stage: 'facts', message: `checking ${path}` });
    const archive = await readArchive(path);
    try {
      const { manifest } = archive;
      emit({ type: 'fact', name: 'archive', value: describe(manifest) });
      requireSameRelease(manifest, release, path);
      const { kube } = await restoreFrom(archive, options, program, emit);
      emit({
        type: 'done',
        message: `the data are back; start EdgeX with \`${installCommand(manifest, options, selectionOf(manifest, release))}\``,
        writes: kube.writes(),
        elapsedMs: systemClock.now() - startedMs,
      });
      return 'done';
    } finally {
      await archive.close();
    }
  });

async function restoreFrom(archive: ArchiveReader, options: Options, program: Program, emit: Emit): Promise<Run> {
  const { manifest } = archive;
  const { namespace } = options;
  const { release } = loadRelease(options);
  const connectIdle = async (): Promise<KubeClient> => {
    const kube = connect(options, program, emit);
    await requireNothingRuns(kube, namespace, manifest);
    return kube;
  };
  const chosen = { ...options, database: manifest.database, ...selectionOf(manifest, release) };
  const prepared = await prepare(chosen, program, emit, connectIdle);
  await requireRights(
    restoreRights(namespace),
    { name: namespace, exists: prepared.installed.namespace.exists },
    prepared.kube,
  );
  const deadlineMs = systemClock.now() + options.timeoutMs;
  const run: Run = { ...prepared, options: chosen, emit, signal: program.signal, deadlineMs };
  await openStorage(run);
  const { kube } = run;
  const { runName, signal } = program;
  await exclusively({ kube, release, namespace, runName, signal }, async (both) => {
    await requireNothingRuns(kube, namespace, manifest);
    await applyStorage({ ...run, signal: both });
    await fillVolumes(archive, { ...run, signal: both });
  });
  return run;
}

/** Looked at before anything is planned, and again when no other run can start anything. */
async function requireNothingRuns(kube: KubeClient, namespace: string, manifest: Manifest): Promise<void> {
  const [{ objects }, workloads] = await Promise.all([readInstalled(kube, namespace), listWorkloads(kube, namespace)]);
  requireIdle(manifest, namespace, [...objects, ...workloads.filter(({ kind }) => kind === 'Pod')]);
}

/** A volume of the backup, with the pod that has it. */
interface Target {
  readonly volume: VolumeRecord;
  readonly pod: CopyPod;
}

async function fillVolumes(archive: ArchiveReader, run: Run): Promise<void> {
  const { plan, kube, signal, deadlineMs, emit, options, installed } = run;
  emit({ type: 'stage', stage: 'copy', message: 'filling volumes' });
  const { volumes } = archive.manifest;
  const wanted = new Set(volumes.map(({ claim }) => claim));
  const owners = plan.services
    .filter(({ row }) => row.claims.some(({ name }) => wanted.has(name)))
    .flatMap((service) => {
      const deployment = plan.objects.find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === service.name,
      );
      return deployment ? [{ ...service, deployment }] : [];
    });
  await withCopyPods(owners, plan, { kube, clock: systemClock, signal, deadlineMs }, async (pods) => {
    const targets = volumes.map((volume): Target => {
      const owner = owners.find(({ row }) => row.claims.some(({ name }) => name === volume.claim));
      const pod = pods.get(owner?.name ?? '');
      if (!pod) throw new Error(`no pod for ${volume.claim}`);
      return { volume, pod };
    });
    // What an interrupted restore left is nobody's data.
    const overwrites = options.overwrite || isHalfRestored(installed.objects);
    for (const target of targets) await requireRoom(target, { ...options, overwrite: overwrites });
    try {
      for (const target of targets) await deliver(target, archive, emit);
    } catch (error) {
      if (!signal.aborted) for (const target of targets) await discard(target);
      throw error;
    }
    const inventory = { ...inventoryRef, namespace: plan.namespace };
    await kube.patch(inventory, restoringPatch(true));
    for (const { pod, volume } of targets) await replaceContent(pod, volume.claim);
    await kube.patch(inventory, restoringPatch(false));
  });
}

async function requireRoom({ volume, pod }: Target, { overwrite, namespace }: Options): Promise<void> {
  const { claim, contentKiB } = volume;
  const { entries, isHalfRestored, freeKiB } = await inspectVolume(pod, claim);
  const object = `persistentvolumeclaim/${claim}`;
  if (entries > 0 && !overwrite) {
    throw new BootError({
      exit: 'preflight',
      object,
      cause: isHalfRestored
        ? 'its volume holds data, and what an earlier restore left when it was interrupted; they were not changed'
        : 'its volume holds data; they were not changed',
      hint: `Replace them with --overwrite, or take them away first: ${programName} uninstall --purge-data --namespace ${namespace}.`,
    });
  }
  if (contentKiB <= freeKiB) return;
  throw new BootError({
    exit: 'preflight',
    object,
    cause: `its volume has room for ${formatBytes(freeKiB * 1024)}, and the backup takes ${formatBytes(contentKiB * 1024)}; nothing in it was changed`,
    hint: 'Make room there, or take another --storage.',
  });
}

async function deliver({ volume, pod }: Target, archive: ArchiveReader, emit: Emit): Promise<void> {
  const path = volumePath(volume.claim);
  const { sizeBytes = 0, sha256 = '' } = archive.members.get(path) ?? {};
  await deliverVolume(pod, volume.claim, { sizeBytes, sha256, pieces: archive.read(path) });
  emit({ type: 'fact', name: `volume ${volume.claim}`, value: formatBytes(volume.contentKiB * 1024) });
}

/** What can't be taken away now is in nobody's way: the next try begins with it. */
async function discard({ volume, pod }: Target): Promise<void> {
  await discardDelivery(pod, volume.claim).catch((error: unknown) => {
    if (!isBootError(error)) throw error;
  });
}

function describe({ release, version, database, namespace, madeAt, volumes, program }: Manifest): string {
  return `${release} ${version} with ${database}, ${volumes.length} volumes, of namespace ${namespace}, made ${madeAt} by edgex-boot ${program}`;
}

/** The choice of the backup, so that `install` makes no other. */
function installCommand(
  { database }: Manifest,
  { namespace }: Options,
  { with: wanted, without }: ReturnType<typeof selectionOf>,
): string {
  const words = [
    programName,
    'install',
    `--namespace ${namespace}`,
    `--database ${database}`,
    ...(wanted.length > 0 ? [`--with ${wanted.join()}`] : []),
    ...(without.length > 0 ? [`--without ${without.join()}`] : []),
  ];
  return words.join(' ');
}
