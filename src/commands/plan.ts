import { systemClock } from '../base/clock.ts';
import type { Emit } from '../base/events.ts';
import type { Deployment } from '../base/kube-types.ts';
import { consulStore } from '../consul/kv.ts';
import { previewSeed } from '../consul/seed.ts';
import { ledgerPrefix, planSeed, type SeedPlan } from '../plan/seed.ts';
import { renderPlanJson, renderPlanText } from '../report/plan.ts';
import { createRedactor } from '../report/redact.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { Program, Work } from './program.ts';
import { withReporter } from './reporting.ts';
import { registryOf } from './stages/run.ts';

/** How long a registry that is ready may take to answer. */
const answerMs = 15_000;

/** Prints what `install` would change, object by object and key by key. Changes nothing. */
export const plan: Work = (options, program) =>
  withReporter(options, program, program.stderr, async (emit) => {
    const prepared = await prepare(options, program, emit);
    const seeds = await seedPlans(prepared, program, emit);
    const preview = { changes: prepared.changes, seeds, ledgerPrefix };
    const redact = createRedactor(program.secrets);
    program.stdout.write(options.output === 'json' ? renderPlanJson(preview, redact) : renderPlanText(preview, redact));
    return 'done';
  });

/** Where no registry runs yet, every key is to be written. */
async function seedPlans(
  { plan, reach, installed }: Prepared,
  { signal }: Program,
  emit: Emit,
): Promise<readonly SeedPlan[]> {
  const { release, configuration } = plan;
  const registry = registryOf(plan);
  const { service } = registry;
  const deployment = installed.objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === service);
  if (!(deployment as Deployment | undefined)?.status?.availableReplicas) {
    if (deployment) {
      emit({
        type: 'warning',
        object: `deployment/${service}`,
        message: 'it is not ready, so it is unknown which settings are there; all of them are shown as to write',
      });
    }
    return configuration.map((each) => planSeed(each, new Map(), release.release));
  }
  const patience = { clock: systemClock, signal, deadlineMs: systemClock.now() + answerMs };
  const store = consulStore(reach, registry, patience);
  return previewSeed({ store, release: release.release, clock: systemClock, signal }, configuration);
}
