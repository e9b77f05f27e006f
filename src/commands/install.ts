import { checkAccess } from '../apply/access.ts';
import { type ApplyContext, applyChanges } from '../apply/apply.ts';
import { prepareDirectories } from '../apply/directories.ts';
import { systemClock } from '../base/clock.ts';
import { allOrAbort } from '../base/concurrent.ts';
import { isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import type { Patience } from '../consul/ask.ts';
import { consulStore, type KeyValueStore } from '../consul/kv.ts';
import { chooseReach, type Reach } from '../consul/reach.ts';
import { type SeedResult, seedConfiguration } from '../consul/seed.ts';
import type { Options } from '../options/resolve.ts';
import { mainPort } from '../plan/gates.ts';
import { needsDirectories, splitChanges } from '../plan/steps.ts';
import { settleDeviceServices } from '../verify/device-services.ts';
import { proveEvents } from '../verify/prove.ts';
import { renewRegistrations } from '../verify/registrations.ts';
import { loadCauses } from '../wait/causes.ts';
import { awaitRollout } from '../wait/rollout.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { Work } from './program.ts';
import { withReporter } from './reporting.ts';

/** What the stages after the plan share. */
interface Run extends Prepared {
  readonly options: Options;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** On the system clock: when the run's time is over. */
  readonly deadlineMs: number;
}

/** How long Consul's settings may take once every pod is ready, and events once every device is loaded. */
const settleMs = 60_000;

/** Brings a cluster to the plan, and proves that events flow. On a system that is as planned it only reads. */
export const install: Work = (options, program) =>
  // As JSON the events are the result.
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    const startedMs = systemClock.now();
    const prepared = await prepare(options, program, emit);
    const run = { ...prepared, options, emit, signal: program.signal, deadlineMs: startedMs + options.timeoutMs };
    await apply(run);
    const { reach, seed } = await rollOut(run);
    const repairs = await verify(run, reach);
    emit({
      type: 'done',
      message: `EdgeX ${run.release.version} runs in namespace ${run.plan.namespace}`,
      writes: run.kube.writes() + seed.writes + repairs,
      elapsedMs: systemClock.now() - startedMs,
    });
    return 'done';
  });

/** All workloads are applied at once, since each waits for its needs by itself. */
async function apply({ changes, plan, kube, options, emit, signal, deadlineMs }: Run): Promise<void> {
  const pending = changes.filter(({ action }) => action !== 'unchanged');
  if (pending.length === 0) return;
  await checkAccess(pending, plan, kube);
  emit({ type: 'stage', stage: 'apply', message: `applying ${pending.length} of ${changes.length} objects` });
  const context: ApplyContext = { kube, emit, signal, clock: systemClock, forceConflicts: options.forceConflicts };
  const { foundation, groundwork, workloads, removals } = splitChanges(pending);
  await applyChanges(foundation, context);
  await allOrAbort(signal, [
    (stop) => applyChanges(groundwork, { ...context, signal: stop }),
    async (stop) => {
      if (!needsDirectories(pending)) return;
      await prepareDirectories(plan, { kube, clock: systemClock, signal: stop, deadlineMs });
    },
  ]);
  await applyChanges(workloads, context);
  await applyChanges(removals, context);
}

/** The rollout and the seeding go on side by side: the pods wait for their settings, and the settings for Consul. */
async function rollOut(run: Run): Promise<{ readonly reach: Reach; readonly seed: SeedResult }> {
  const { plan, kube, options, emit, signal } = run;
  emit({ type: 'stage', stage: 'rollout', message: 'waiting until every service is ready' });
  const reach = await chooseReach(kube, plan.namespace, options.reach);
  emit({ type: 'fact', name: 'reach', value: reach.way === 'direct' ? 'ClusterIPs' : "the API server's proxy" });
  let seedDeadlineMs = Number.POSITIVE_INFINITY;
  const [{ seed, restarted }] = await allOrAbort(signal, [
    async (stop) => {
      const patience = {
        clock: systemClock,
        signal: stop,
        get deadlineMs() {
          return seedDeadlineMs;
        },
      };
      const seed = await seedConfiguration(
        { ...patience, store: storeOf(run, reach, patience), release: plan.release.release, emit },
        plan.configuration,
      );
      // Gates may wait for a lost registration, so this can't wait for the rollout.
      return { seed, restarted: await renewRegistrations(plan, { kube, reach, patience, emit }) };
    },
    async (stop) => {
      await awaitReady({ ...run, signal: stop });
      // The rollout has the better reason for being late; once it is over, Consul must answer soon.
      seedDeadlineMs = systemClock.now() + settleMs;
    },
  ] as const);
  // The rollout may have been over before.
  if (restarted.length > 0) await awaitReady(run, restarted);
  return { reach, seed };
}

/** @param names of the services that are waited for; all without it */
async function awaitReady(run: Run, names?: readonly string[]): Promise<void> {
  const { plan, kube, emit, signal, deadlineMs } = run;
  const { namespace } = plan;
  const services = plan.services.filter(({ name }) => names?.includes(name) ?? true);
  await awaitRollout(services, { kube, namespace, clock: systemClock, signal, emit, deadlineMs, causes: loadCauses() });
}

function storeOf({ plan }: Run, reach: Reach, patience: Patience): KeyValueStore {
  const { service } = plan.release.registry;
  return consulStore(reach, { service, port: mainPort(plan.release, service) }, patience);
}

/**
 * Loads the devices and waits for an event; returns the writes that it took. When that fails, a service that has failed
 * since it was ready is the better reason.
 */
async function verify(run: Run, reach: Reach): Promise<number> {
  try {
    return await settleAndProve(run, reach);
  } catch (error) {
    if (isSilence(error)) await awaitReady({ ...run, emit: exceptReady(run.emit) });
    throw error;
  }
}

/** Somebody has not answered, or has sent nothing. */
function isSilence(error: unknown): boolean {
  return isBootError(error) && (error.details.exit === 'verify' || error.details.exit === 'timeout');
}

/** That a service is ready was told before. */
function exceptReady(emit: Emit): Emit {
  return (event) => {
    if (event.type !== 'service' || event.state !== 'ready') emit(event);
  };
}

async function settleAndProve(run: Run, reach: Reach): Promise<number> {
  const { plan, kube, trees, options, emit, signal } = run;
  const patience = { clock: systemClock, signal, deadlineMs: systemClock.now() + settleMs };
  const store = storeOf(run, reach, patience);
  const writes = await settleDeviceServices(plan, {
    kube,
    reach,
    store,
    trees,
    patience,
    emit,
    awaitReady: (service) => awaitReady(run, [service]),
  });
  if (options.verify) await proveEvents(plan, { kube, reach, patience, emit });
  return writes;
}
