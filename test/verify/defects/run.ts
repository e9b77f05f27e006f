import assert from 'node:assert/strict';
import type { CheckResult, VerifyReport } from '../../../src/verify/types.ts';
import type { Lab } from '../../lab/lab.ts';
import { capture } from '../../support/exec.ts';
import type { Defect, Site } from './types.ts';

/** Verifies an installation in the lab, as it is and with defects. */

/** Leaves out what no check looks at, so that it starts quicker. */
export const siteArgs = ['--database', 'redis', '--without', 'ui,sys-mgmt-agent'];

export interface Run {
  readonly code: number | null;
  readonly report: VerifyReport;
  readonly text: string;
}

export async function verify(
  { lab, namespace }: Site,
  options: readonly string[] = [],
  kubeconfig = lab.kubeconfig,
): Promise<Run> {
  const command = ['verify', '--namespace', namespace, '--output', 'json', ...options];
  const { code, stdout, stderr } = await capture('./dist/edgex-boot', command, { env: { KUBECONFIG: kubeconfig } });
  assert.ok(stdout.startsWith('{'), `${stdout}\n${stderr}`);
  return { code, report: JSON.parse(stdout) as VerifyReport, text: stdout };
}

function failed({ report }: Run): readonly CheckResult[] {
  return report.checks.filter(({ outcome }) => outcome === 'failed');
}

/** What was found, for whoever reads a test that failed. */
export const told = (results: readonly CheckResult[]): string =>
  results
    .map(({ code, detail, evidence = [] }) => [`${code}: ${detail}`, ...evidence.slice(0, 5)].join('\n  '))
    .join('\n');

export async function assertHealthy(site: Site, options: readonly string[] = []): Promise<Run> {
  const run = await verify(site, options);
  assert.equal(told(failed(run)), '');
  assert.equal(run.code, 0);
  assert.equal(run.report.verdict, 'passed');
  return run;
}

export function siteOf(lab: Lab, namespace: string): Site {
  return { lab, namespace, args: siteArgs, kubectl: (...words) => lab.kubectl(['-n', namespace, ...words]) };
}

function assertFound(found: Run, { fails, hint, exit = 6 }: Pick<Defect, 'fails' | 'hint' | 'exit'>): void {
  const results = failed(found);
  assert.deepEqual(results.map(({ code }) => code).toSorted(), fails.toSorted(), told(results));
  assert.equal(found.code, exit);
  assert.match(results.find(({ code }) => code === fails[0])?.hint ?? '', hint);
}

/** Plants a defect, looks that it is found, makes all well again, and looks that it is. */
export async function plantOne(site: Site, defect: Defect): Promise<void> {
  try {
    await defect.plant(site);
    const kubeconfig = await defect.kubeconfig?.(site);
    try {
      assertFound(await verify(site, defect.options, kubeconfig?.path), defect);
    } finally {
      await kubeconfig?.close();
    }
  } finally {
    await (defect.repair ?? (async () => undefined))(site);
  }
  await assertHealthy(site, ['--wait', '2m']);
}

/** Plants defects that have nothing to do with each other; the checks that fail are those of all of them. */
export async function plantTogether(site: Site, several: readonly Defect[]): Promise<void> {
  for (const { plant } of several) await plant(site);
  const found = await verify(site);
  const results = failed(found);
  const expected = [...new Set(several.flatMap(({ fails }) => fails))];
  assert.deepEqual(results.map(({ code }) => code).toSorted(), expected.toSorted(), told(results));
  assert.equal(found.code, 6);
  for (const { fails, hint, what } of several) {
    assert.match(results.find(({ code }) => code === fails[0])?.hint ?? '', hint, what);
  }
}
