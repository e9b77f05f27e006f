import { requireRights } from '../apply/access.ts';
import { awaitNamespaceGone, type RemovalContext } from '../apply/remove.ts';
import { removalRights } from '../apply/uninstall-rights.ts';
import { systemClock } from '../base/clock.ts';
import type { Emit } from '../base/events.ts';
import { programName } from '../options/commands.ts';
import type { Options } from '../options/resolve.ts';
import { planErasures } from '../plan/erasures.ts';
import { asksFirst, confirmPurge, requireAnswerer } from './confirm.ts';
import { connect } from './connect.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';
import { dismantle, leaveNamespace, provideNamespace } from './stages/dismantle.ts';
import { hasWork, keepsData, type Survey, survey } from './stages/survey.ts';

/**
 * Takes an installation away, those first that need others. Its data stay unless they are to be purged. It goes by what
 * is there, so it also ends what another run began.
 */
export const uninstall: Work = (options, program) =>
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    requireAnswerer(options, program);
    const startedMs = systemClock.now();
    const { release } = loadRelease(options);
    const { namespace, purgeData } = options;
    const kube = connect(options, program, emit);
    const { signal } = program;
    const context = (): RemovalContext => {
      return { kube, clock: systemClock, signal, emit, deadlineMs: systemClock.now() + options.timeoutMs };
    };
    // A live view would write over the question.
    if (!asksFirst(options)) emit({ type: 'stage', stage: 'facts', message: 'looking at the cluster' });
    await awaitNamespaceGone(namespace, context());
    const found = await survey(kube, namespace, purgeData);
    const { data, cluster } = found;
    const erasures = cluster ? planErasures({ release, namespace, data, cluster }) : [];
    await requireRights(removalRights(found), found.namespace, kube);
    if (asksFirst(options) && data.length > 0) await confirmPurge(data, options, program);

    const isWorking = hasWork(found);
    const dismantling = { ...context(), release, erasures };
    const standing = await provideNamespace(found, dismantling);
    if (isWorking) await dismantle(standing, dismantling);
    if (!keepsData(standing)) await leaveNamespace(standing, dismantling);
    tellKept(standing, emit);
    emit({
      type: 'done',
      message: summary(standing, isWorking, options),
      writes: kube.writes(),
      elapsedMs: systemClock.now() - startedMs,
    });
    return 'done';
  });

/** Where data are that stay. */
function tellKept({ data, isPurge }: Survey, emit: Emit): void {
  for (const { claim, hasClaim, volume, place, removal } of data) {
    if (!volume) {
      if (!isPurge) emit({ type: 'kept', object: `persistentvolumeclaim/${claim}`, reason: 'it has no data yet' });
      continue;
    }
    const object = `persistentvolume/${volume.name}`;
    if (!isPurge) {
      const owner = hasClaim ? `persistentvolumeclaim/${claim}` : object;
      emit({ type: 'kept', object: owner, reason: `its data are in ${place}${hasClaim ? ` (${object})` : ''}` });
    } else if (removal.by === 'nobody') {
      emit({ type: 'kept', object, reason: `edgex-boot did not make it; the data of ${claim} are in ${place}` });
    }
  }
}

function summary(found: Survey, isWorking: boolean, { namespace }: Pick<Options, 'namespace'>): string {
  const kept = keepsData(found)
    ? `; data are kept: ${programName} install --namespace ${namespace} takes them up again, ${programName} uninstall --purge-data --namespace ${namespace} deletes them`
    : '';
  if (!isWorking) return `nothing is installed in namespace ${namespace}${kept}`;
  return `EdgeX is gone from namespace ${namespace}${found.isPurge && found.data.length > 0 ? ', and its data are deleted' : kept}`;
}
