import { requireRights } from '../../apply/access.ts';
import { leaseRef } from '../../apply/lease.ts';
import { awaitNamespaceGone, type RemovalContext } from '../../apply/remove.ts';
import { removalRights } from '../../apply/uninstall-rights.ts';
import type { Emit } from '../../base/events.ts';
import { refOf } from '../../base/kube-types.ts';
import { programName } from '../../options/commands.ts';
import { formatSite, type SiteClaims } from '../../plan/erasures.ts';
import { isManaged } from '../../plan/ownership.ts';
import type { StoredData } from '../../plan/stored-data.ts';
import { hasWork, keepsData } from '../../plan/uninstall.ts';
import { dismantle, leaveNamespace, provideNamespace } from './dismantle.ts';
import { exclusively } from './exclusive.ts';
import { type Scope, type Survey, survey } from './survey.ts';

export interface Uninstallation extends Omit<RemovalContext, 'deadlineMs'>, Scope {
  /** Names this run among all. */
  readonly runName: string;
  readonly timeoutMs: number;
  /** Called before data are deleted, when everything else is in order; it throws when they are to stay. */
  readonly confirm: (data: readonly StoredData[]) => Promise<void>;
}

/**
 * Takes an installation away, and says where its data are. It goes by what is there, so it also ends what another run
 * began.
 * @returns what it has come to, in a line
 * @throws BootError as `survey`, `confirm` and `dismantle`; `cluster` with every right that is missing,
 *   before anything is written
 */
export async function removeInstallation(run: Uninstallation): Promise<string> {
  const { kube, clock, emit, namespace, isPurge, timeoutMs } = run;
  await awaitNamespaceGone(namespace, { ...run, deadlineMs: clock.now() + timeoutMs });
  const found = await survey(kube, run);
  const { data, erasures } = found;
  const isWorking = hasWork(found);
  if (isWorking || !keepsData(found)) await requireRights(removalRights(found), found.namespace, kube);
  for (const lost of erasures.lost) emit(lossOf(lost));
  if (isPurge && data.length > 0) await run.confirm(data);

  // Whoever was asked may have taken his time.
  const context = { ...run, deadlineMs: clock.now() + timeoutMs };
  const standing = await provideNamespace(found, context);
  const end = async (signal: AbortSignal): Promise<void> => {
    if (isWorking) await dismantle(standing, { ...context, signal });
    if (!keepsData(standing)) await leaveNamespace(standing, { ...context, signal });
    const lock = await kube.get(leaseRef(namespace));
    if (lock && isManaged(lock)) await kube.delete(refOf(lock));
  };
  if (isWorking && standing.namespace.exists) await exclusively({ ...run, endsNamespace: true }, end);
  else await end(run.signal);
  tellKept(standing, emit);
  return summary(standing, isWorking);
}

function lossOf({ site, claims }: SiteClaims): Parameters<Emit>[0] {
  return {
    type: 'warning',
    object: claims.join(', '),
    message: `the cluster has no such node as the one with the data, in ${formatSite(site)}; what its disk has of them stays there`,
  };
}

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

function summary(found: Survey, isWorking: boolean): string {
  const { name } = found.namespace;
  const kept = keepsData(found)
    ? `; data are kept: ${programName} install --namespace ${name} takes them up again, ${programName} uninstall --purge-data --namespace ${name} deletes them`
    : '';
  if (!isWorking) return `nothing is installed in namespace ${name}${kept}`;
  return `EdgeX is gone from namespace ${name}${kept}${found.isPurge ? purged(found) : ''}`;
}

function purged({ data, erasures }: Survey): string {
  const stored = data.filter(({ volume }) => volume);
  if (stored.length === 0) return '';
  const isWhole = erasures.lost.length === 0 && stored.every(({ removal }) => removal.by !== 'nobody');
  return isWhole ? ', and its data are deleted' : ', and of its data what could be deleted';
}
