import type { CheckResult, VerifyReport } from '../verify/types.ts';
import type { Redact } from './redact.ts';

/** What every form of a verification's report has in common. */

/** How a check is shown. A warning is a check that failed and yet doesn't count. */
export type CheckState = 'passed' | 'failed' | 'warning' | 'skipped';

/** How a check is to be shown. */
export function stateOf({ outcome, level }: CheckResult): CheckState {
  return outcome === 'failed' && level === 'warning' ? 'warning' : outcome;
}

/** A sign for each state; never alone, since not everybody can tell them apart. */
export const signs: Readonly<Record<CheckState, string>> = { passed: '✓', failed: '✗', warning: '!', skipped: '–' };

/** What somebody has to look at: the failed checks first, then the warnings. */
export function problemsOf({ checks }: VerifyReport): readonly CheckResult[] {
  return (['failed', 'warning'] as const).flatMap((state) => checks.filter((check) => stateOf(check) === state));
}

/** `Failed: 2 of 41 checks failed, 1 warning`. */
export function describeVerdict(report: VerifyReport): string {
  return `${verdictWord(report)}: ${describeCounts(report)}`;
}

/** `Passed` or `Failed`. */
export function verdictWord({ verdict }: VerifyReport): string {
  return verdict === 'passed' ? 'Passed' : 'Failed';
}

/** `2 of 41 checks failed, 1 warning, 3 skipped`. Those that were skipped are not among the 41. */
export function describeCounts({ checks }: Pick<VerifyReport, 'checks'>): string {
  const count = (state: CheckState) => checks.filter((check) => stateOf(check) === state).length;
  const [failed, warnings, skipped] = [count('failed'), count('warning'), count('skipped')];
  const done = checks.length - skipped;
  const notes = [
    failed > 0 ? `${failed} of ${done} checks failed` : `${done - warnings} of ${done} checks passed`,
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return notes.join(', ');
}

/** The versions of all that takes part, each with its name. */
export function versionsOf({ release, version, cluster }: VerifyReport): readonly string[] {
  return [
    `${release.name} ${release.version}`,
    `edgex-boot ${version}`,
    ...(cluster ? [`${clusterKind(cluster)} ${cluster.version}`] : []),
  ];
}

/** What a cluster calls itself; `other` is only our word for what we don't know. */
export function clusterKind({ distribution }: { readonly distribution: string }): string {
  return distribution === 'other' ? 'Kubernetes' : distribution;
}

/** `2026-11-24 18:17:13 UTC`: whoever reads it may be elsewhere. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Words of ours that a program goes by. None of them can be a secret, though one may look like it. */
const ours: ReadonlySet<string> = new Set(['verdict', 'category', 'level', 'outcome', 'code']);

/** A report in which every text has been redacted. */
export function redactReport(report: VerifyReport, redact: Redact): VerifyReport {
  return redactTexts(report, redact) as VerifyReport;
}

function redactTexts(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // Lines are one text: a key in a log has many.
    if (value.length > 0 && value.every((item) => typeof item === 'string'))
      return redact(value.join('\n')).split('\n');
    return value.map((item) => redactTexts(item, redact));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, ours.has(key) ? item : redactTexts(item, redact)]),
  );
}
