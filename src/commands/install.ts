import { keepVolumes } from '../apply/keep-volumes.ts';
import { systemClock } from '../base/clock.ts';
import { BootError } from '../base/errors.ts';
import { refOf } from '../base/kube-types.ts';
import { inventoryRef, isInventory } from '../plan/inventory.ts';
import { connectWhenUp } from './connect.ts';
import { trialsOf } from './export/trials.ts';
import { prepare } from './prepare.ts';
import type { Program, Work } from './program.ts';
import { withReporter } from './reporting.ts';
import { apply, openNamespace, pendingChanges } from './stages/apply.ts';
import { exclusively } from './stages/exclusive.ts';
import { checkExport } from './stages/export.ts';
import { provideImages, waitsForImage } from './stages/images.ts';
import { preflight } from './stages/preflight.ts';
import { rollOut } from './stages/rollout.ts';
import type { Intent, Run } from './stages/run.ts';
import { verify } from './stages/verify.ts';

/** Brings a cluster to the plan, and proves that events flow. On a system that is as planned it only reads. */
export const install: Work = (options, program) =>
  // As JSON the events are the result.
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    const startedMs = systemClock.now();
    const openTrial = await trialsOf({ name: '--mqtt-check', value: options.mqttCheck }, options, program);
    const prepared = await prepare(options, program, emit, connectWhenUp);
    const run: Intent = { ...prepared, options, emit, signal: program.signal };
    const carryOut = async (signal: AbortSignal): Promise<number> => {
      // From here: what an archive took to import is not the rollout's.
      const own: Run = { ...run, signal, deadlineMs: systemClock.now() + options.timeoutMs };
      await apply(own);
      const seed = await rollOut(own);
      // Those too that were bound only now.
      await keepVolumes(run.plan, own);
      return seed.writes + (await verify(own));
    };
    const isPending = pendingChanges(run).length > 0;
    if (isPending) await preflight(prepared, program.signal, emit);
    const needsImages =
      isPending || (options.imageArchive !== undefined && (await waitsForImage(run.kube, run.plan.namespace)));
    if (needsImages) await provideImages(prepared, options, program, emit);
    const outside = isPending ? await alone(run, program, carryOut) : await carryOut(program.signal);
    // Before the check of the export, which takes away again what it writes.
    const writes = run.kube.writes() + outside;
    if (openTrial) await checkExport(run, openTrial);
    emit({
      type: 'done',
      message: `EdgeX ${run.release.version} runs in namespace ${run.plan.namespace}`,
      writes,
      requests: run.kube.requests(),
      elapsedMs: systemClock.now() - startedMs,
      isHealthy: true,
    });
    return 'done';
  });

/** Changes are made by one run at a time, and only to what was looked at when they were planned. */
async function alone<T>(
  run: Intent,
  { runName, signal }: Program,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { kube, release, installed, plan } = run;
  const { namespace } = plan;
  await openNamespace(run);
  return exclusively({ kube, release, namespace, runName, signal }, async (both) => {
    const seen = installed.objects.find((object) => isInventory(refOf(object)));
    const live = await kube.get({ ...inventoryRef, namespace });
    if (live && live.metadata.resourceVersion !== seen?.metadata.resourceVersion) throw overtaken(namespace);
    return work(both);
  });
}

function overtaken(namespace: string): BootError {
  return new BootError({
    exit: 'locked',
    object: `namespace ${namespace}`,
    cause: 'another run has changed the installation since this one looked at it',
    hint: 'Run this again: it goes by what is there then.',
  });
}
