import { systemClock } from '../base/clock.ts';
import { asksFirst, confirmPurge, requireAnswerer } from './confirm.ts';
import { connect } from './connect.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { withReporter } from './reporting.ts';
import { removeInstallation } from './stages/uninstall.ts';

/** Takes an installation away, those first that need others. Its data stay unless they are to be purged. */
export const uninstall: Work = (options, program) =>
  withReporter(options, program, options.output === 'json' ? program.stdout : program.stderr, async (emit) => {
    requireAnswerer(options, program);
    const startedMs = systemClock.now();
    const { release } = loadRelease(options);
    const kube = connect(options, program, emit);
    // A live view would write over the question.
    if (!asksFirst(options)) emit({ type: 'stage', stage: 'facts', message: 'looking at the cluster' });
    const message = await removeInstallation({
      kube,
      release,
      namespace: options.namespace,
      isPurge: options.purgeData,
      timeoutMs: options.timeoutMs,
      confirm: async (data) => {
        if (asksFirst(options)) await confirmPurge(data, options, program);
      },
      clock: systemClock,
      signal: program.signal,
      runName: program.runName,
      emit,
    });
    emit({ type: 'done', message, writes: kube.writes(), elapsedMs: systemClock.now() - startedMs });
    return 'done';
  });
