import { BootError } from '../base/errors.ts';
import { chooseReach, type Reach } from '../consul/reach.ts';
import { createRedactor } from '../report/redact.ts';
import { renderStatusJson, renderStatusText } from '../report/status.ts';
import type { Answer } from '../verify/facts.ts';
import { containerOf } from '../verify/pods.ts';
import { loadCauses } from '../wait/causes.ts';
import { connect } from './connect.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { usesColor } from './reporting.ts';
import { type Parts, readOr, readParts } from './status/parts.ts';
import { makeStatus } from './status/report.ts';
import { type SeenService, seeServices } from './status/services.ts';
import { askService } from './verification/ask.ts';

/** Whatever doesn't answer within this is shown as not answering. */
const answerMs = 1_500;

/**
 * Shows what runs, since when, and where it is reached. Waits for nothing, judges nothing: what doesn't answer is shown
 * so, and only a cluster of which nothing can be read is an error.
 */
export const status: Work = async (options, program) => {
  const { namespace, output } = options;
  const { release } = loadRelease(options);
  const kube = connect(options, program, () => {}, { timeoutMs: answerMs });
  const [parts, reach] = await Promise.all([readParts(kube, namespace), chooseReach(kube, namespace, options.reach)]);
  requireAnything(parts);
  const seen = seeServices(release, namespace, parts);
  const versions = await askVersions(seen, reach);
  const nowMs = readOr(parts.dateMs, undefined) ?? Date.now();
  const report = makeStatus({ release, namespace, seen }, parts, { causes: loadCauses(), versions, nowMs });
  const redact = createRedactor(program.secrets);
  const { stdout } = program;
  const color = usesColor(options, stdout);
  stdout.write(
    output === 'json' ? renderStatusJson(report, redact) : renderStatusText(report, stdout.columns(), color, redact),
  );
  return 'done';
};

/** Where neither what is wanted nor what runs can be read, the reason is the answer. */
function requireAnything({ deployments, pods, record }: Parts): void {
  if ('error' in deployments && 'error' in pods && 'error' in record) throw new BootError(deployments.error);
}

/** Those whose process runs, all at once. */
async function askVersions(seen: readonly SeenService[], reach: Reach): Promise<ReadonlyMap<string, Answer>> {
  const asked = seen.flatMap(({ view, row }) => {
    const port = row?.version === undefined ? undefined : row.ports[0]?.port;
    const isRunning = view.pod && containerOf(view.pod)?.state?.running !== undefined;
    return isRunning && port !== undefined ? [{ service: view.service, port }] : [];
  });
  const answers = asked.map(
    async (endpoint) => [endpoint.service, await askService(reach, endpoint, '/api/version', 1)] as const,
  );
  return new Map(await Promise.all(answers));
}
