import { systemClock } from '../../base/clock.ts';
import { allOrAbort } from '../../base/concurrent.ts';
import type { Patience } from '../../consul/ask.ts';
import { consulStore } from '../../consul/kv.ts';
import { type SeedResult, seedConfiguration } from '../../consul/seed.ts';
import { renewRegistrations } from '../../verify/registrations.ts';
import { loadCauses } from '../../wait/causes.ts';
import { awaitRollout } from '../../wait/rollout.ts';
import { type Run, registryOf, settleMs } from './run.ts';

/**
 * Waits for every service, and seeds their settings meanwhile: the pods wait for their settings, and the settings for
 * Consul.
 * @throws BootError as `awaitRollout` and `seedConfiguration`
 */
export async function rollOut(run: Run): Promise<SeedResult> {
  const { emit, signal } = run;
  emit({ type: 'stage', stage: 'rollout', message: 'waiting until every service is ready' });
  let seedDeadlineMs = Number.POSITIVE_INFINITY;
  const patienceUntil = (stop: AbortSignal): Patience => ({
    clock: systemClock,
    signal: stop,
    get deadlineMs() {
      return seedDeadlineMs;
    },
  });
  const [{ seed, restarted }] = await allOrAbort(signal, [
    (stop) => seedAndRegister(run, patienceUntil(stop)),
    async (stop) => {
      await awaitReady({ ...run, signal: stop });
      // The rollout has the better reason for being late; once it is over, Consul must answer soon.
      seedDeadlineMs = systemClock.now() + settleMs;
    },
  ] as const);
  // The rollout may have been over before.
  if (restarted.length > 0) await awaitReady(run, restarted);
  return seed;
}

/** Gates may wait for a lost registration, so neither of these can wait for the rollout. */
async function seedAndRegister(
  { plan, kube, reach, emit }: Run,
  patience: Patience,
): Promise<{ readonly seed: SeedResult; readonly restarted: readonly string[] }> {
  const store = consulStore(reach, registryOf(plan), patience);
  const seed = await seedConfiguration({ ...patience, store, release: plan.release.release, emit }, plan.configuration);
  return { seed, restarted: await renewRegistrations(plan, { kube, reach, patience, emit }) };
}

/**
 * Waits until services are ready.
 * @param names which of them; all without it
 * @throws BootError as `awaitRollout`
 */
export async function awaitReady(run: Run, names?: readonly string[]): Promise<void> {
  const { plan, kube, emit, signal, deadlineMs } = run;
  const { namespace } = plan;
  const services = plan.services.filter(({ name }) => names?.includes(name) ?? true);
  await awaitRollout(services, { kube, namespace, clock: systemClock, signal, emit, deadlineMs, causes: loadCauses() });
}
