import { isBootError } from '../base/errors.ts';
import { mapPool } from '../base/pool.ts';
import type { KubeClient } from '../kube/types.ts';
import { type Cause, type Finding, findCause } from './causes.ts';
import { type LogSource, logLines, logSource, warningLines } from './evidence.ts';
import type { Verdict } from './judge.ts';
import type { ServiceView } from './views.ts';
import { describeFinding, hintOf } from './words.ts';

/** What is known about a service that isn't ready. */
export interface Diagnosis {
  readonly verdict: Verdict;
  /** Newest warnings, last lines of a log. */
  readonly evidence: readonly string[];
  readonly hint?: string;
}

const tailLines = 20;
const logsAtOnce = 4;

/**
 * Collects the evidence for services that aren't ready. What can't be had is told in its place: nothing may hide the
 * failure itself.
 * @param views of these services, with events
 */
export function diagnose(
  verdicts: readonly Verdict[],
  views: readonly ServiceView[],
  kube: Pick<KubeClient, 'logs'>,
  causes: readonly Cause[],
): Promise<readonly Diagnosis[]> {
  return mapPool(verdicts, logsAtOnce, async (verdict): Promise<Diagnosis> => {
    const view = views.find(({ service }) => service === verdict.service);
    if (!view) return { verdict, evidence: [] };
    const source = logSource(view, verdict.finding);
    const log = source ? await readLog(source, view.namespace, kube) : [];
    const evidence = [...warningLines(view), ...(source ? titled(source, log) : [])];
    if (!verdict.finding) return { verdict, evidence };
    const finding = moreExact(verdict.finding, log, causes);
    const hint = hintOf(finding, view);
    const reason = finding === verdict.finding ? {} : { reason: describeFinding(finding, view) };
    return { verdict: { ...verdict, ...reason }, evidence, ...(hint === undefined ? {} : { hint }) };
  });
}

/** The cause as the container's own words make it. */
function moreExact(finding: Finding, log: readonly string[], causes: readonly Cause[]): Finding {
  const exact = findCause(causes, [{ ...finding.symptom, log }]);
  return exact && exact.cause !== finding.cause ? exact : finding;
}

function titled({ container, previous }: LogSource, log: readonly string[]): readonly string[] {
  const name = `log of ${container}${previous ? ', last run' : ''}`;
  return log.length === 0 ? [`${name}: empty`] : [`${name}:`, ...log.map((line) => `  ${line}`)];
}

async function readLog(
  { pod, container, previous }: LogSource,
  namespace: string,
  kube: Pick<KubeClient, 'logs'>,
): Promise<readonly string[]> {
  try {
    const lines = logLines(await kube.logs(namespace, pod, container, { tailLines, previous }));
    if (lines.length > 0 || !previous) return lines;
    return logLines(await kube.logs(namespace, pod, container, { tailLines }));
  } catch (error) {
    if (!isBootError(error)) throw error;
    return [`not to be had: ${error.details.cause}`];
  }
}
