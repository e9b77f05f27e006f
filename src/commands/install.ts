import { keepVolumes } from '../apply/keep-volumes.ts';
import { systemClock } from '../base/clock.ts';
import { connectWhenUp } from './connect.ts';
import { prepare } from './prepare.ts';
import type { Work } from './program.ts';
import { withReporter } from './reporting.ts';
import { apply } from './stages/apply.ts';
import { rollOut } from './stages/rollout.ts';
import type { Run } from './stages/run.ts';
import { verify } from './stages/verify.ts';

/** Brings a cluster to the plan, and proves that events flow. On a system that is as planned it only reads. */
export const install: Work = (options, program) =>
  // As JSON the events are the result.
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    const startedMs = systemClock.now();
    const prepared = await prepare(options, program, emit, connectWhenUp);
    const run: Run = {
      ...prepared,
      options,
      emit,
      signal: program.signal,
      deadlineMs: systemClock.now() + options.timeoutMs,
    };
    await apply(run);
    const seed = await rollOut(run);
    // Those too that were bound only now.
    await keepVolumes(run.plan, run);
    const repairs = await verify(run);
    emit({
      type: 'done',
      message: `EdgeX ${run.release.version} runs in namespace ${run.plan.namespace}`,
      writes: run.kube.writes() + seed.writes + repairs,
      elapsedMs: systemClock.now() - startedMs,
      isHealthy: true,
    });
    return 'done';
  });
