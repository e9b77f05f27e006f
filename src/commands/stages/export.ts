import { systemClock } from '../../base/clock.ts';
import { BootError } from '../../base/errors.ts';
import { exportProbes } from '../../verify/checks/export.ts';
import { loadChecks } from '../../verify/checks.ts';
import { runChecks } from '../../verify/run-checks.ts';
import type { OpenTrial } from '../export/trials.ts';
import type { Intent } from './run.ts';

/**
 * Checks that events come out at a broker, as `verify --mqtt` does, and takes away again what was started for that.
 * @throws BootError `verify` with the check that failed
 */
export async function checkExport(run: Intent, openTrial: OpenTrial): Promise<void> {
  const { emit, signal, plan } = run;
  emit({ type: 'stage', stage: 'verify', message: 'checking that events come out at a broker' });
  const trial = openTrial(run);
  try {
    const exporter = Object.entries(plan.release.services).find(([, row]) => row.exports)?.[0] ?? '';
    const results = await runChecks({
      rows: loadChecks().filter(({ category }) => category === 'export'),
      probes: exportProbes,
      facts: { exportTrial: async () => trial },
      clock: systemClock,
      signal,
      words: async () => ({ namespace: plan.namespace, exporter }),
      onResult: ({ code, outcome, detail = '' }) => {
        if (outcome === 'passed') emit({ type: 'fact', name: code, value: detail });
      },
    });
    const failed = results.find(({ outcome }) => outcome === 'failed');
    if (!failed) return;
    const { title, detail = '', evidence, hint } = failed;
    throw new BootError({
      exit: 'verify',
      object: `check ${failed.code} (${title})`,
      cause: detail,
      ...(evidence ? { evidence } : {}),
      ...(hint === undefined ? {} : { hint }),
    });
  } finally {
    await trial.close();
  }
}
