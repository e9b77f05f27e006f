import { systemClock } from '../base/clock.ts';
import type { ExitName } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { chooseReach } from '../consul/reach.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Options } from '../options/resolve.ts';
import { createRedactor } from '../report/redact.ts';
import { openVerifyText, type VerifyText } from '../report/verify-text.ts';
import { type CheckRow, loadChecks } from '../verify/checks.ts';
import { selectChecks } from '../verify/select-checks.ts';
import type { VerifyReport } from '../verify/types.ts';
import { connect } from './connect.ts';
import { refuseExportOptions, trialsOf } from './export/trials.ts';
import { prepare } from './prepare.ts';
import type { Program, Work } from './program.ts';
import { loadRelease } from './release.ts';
import { usesColor, warningsOnly } from './reporting.ts';
import { orAbsent } from './verification/absent-cluster.ts';
import { formOfFile, forms, writeReports } from './verification/forms.ts';
import { openRecord } from './verification/record.ts';
import { differences, type Session, verifyOnce } from './verification/session.ts';

/** How often the seconds of the last line go on. */
const tickMs = 250;
/** Between two rounds of --watch. */
const pauseMs = 5_000;

/** Looks whether all is well, and says so. Changes nothing but for `--record`, and what a trial of the export starts. */
export const verify: Work = async (options, program) => {
  const rows = selectChecks(loadChecks(), options);
  for (const file of options.report) formOfFile(file);
  const session = await openSession(options, program, rows);
  const redact = createRedactor(program.secrets);
  const text = openText(options, program, rows);
  const tell = (report: VerifyReport): void => {
    const { output } = options;
    if (output !== 'auto' && output !== 'text') program.stdout.write(forms[output](report, redact));
    writeReports(options.report, report, redact);
  };
  const ticks = setInterval(() => text?.tick(), tickMs);
  try {
    const report = await verifyOnce(session, {
      ...(text ? { onResult: text.result, onChange: text.change } : {}),
    });
    text?.end(report);
    tell(report);
    const record = openRecord(options, { ...session, emit: warningsOnly(options, program) });
    await record(report);
    if (options.watch)
      await watch(session, report, text, async (newer, hasChanged) => {
        if (hasChanged) tell(newer);
        await record(newer);
      });
    return exitOf(report);
  } finally {
    clearInterval(ticks);
    text?.close();
  }
};

/** Verifies again and again, and tells what is otherwise than before. Ends by the signal only. */
async function watch(
  session: Session,
  first: VerifyReport,
  text: VerifyText | undefined,
  tell: (report: VerifyReport, hasChanged: boolean) => Promise<void>,
): Promise<never> {
  for (let last = first; ; ) {
    await systemClock.sleep(pauseMs, session.signal);
    const report = await verifyOnce(session, {});
    const changes = differences(last.checks, report.checks);
    for (const change of changes) text?.change(change);
    await tell(report, changes.length > 0);
    last = report;
  }
}

/** A cluster that can't be reached is a check that failed, and ends the program as it does with other commands. */
function exitOf({ verdict, checks }: VerifyReport): ExitName {
  if (verdict === 'passed') return 'done';
  const isReached = checks.every(({ code, outcome }) => code !== 'cluster-reachable' || outcome !== 'failed');
  return isReached ? 'verify' : 'cluster';
}

async function openSession(options: Options, program: Program, rows: readonly CheckRow[]): Promise<Session> {
  const { namespace, windowMs, pre } = options;
  if (pre) refuseExportOptions(options, ['mqtt']);
  const emit = warningsOnly(options, program);
  const trials = await trialsOf({ name: '--mqtt', value: options.mqtt }, options, program);
  const loaded = loadRelease(options);
  const open = (): KubeClient => connect(options, program, emit);
  const kube = pre && rows.some(({ category }) => category === 'machine') ? orAbsent(open) : open();
  const reach = await chooseReach(kube, namespace, options.reach);
  return {
    options,
    rows,
    namespace,
    windowMs,
    loaded,
    kube,
    reach,
    signal: program.signal,
    isPre: pre,
    rehearse: () => rehearse(options, program, emit),
    ...(trials ? { openTrial: (plan) => trials({ kube, reach, plan, trees: loaded.trees, emit }) } : {}),
  };
}

/** Where nothing would stand in its way, an installation comes to this. */
async function rehearse(options: Options, program: Program, emit: Emit): Promise<string> {
  const { changes, plan } = await prepare(options, program, emit);
  const pending = changes.filter(({ action }) => action !== 'unchanged').length;
  return `${pending} of ${changes.length} objects would be written; ${plan.database}, storage: ${plan.storage.reason}`;
}

function openText(options: Options, { stdout, secrets }: Program, rows: readonly CheckRow[]): VerifyText | undefined {
  const { output } = options;
  if (output !== 'auto' && output !== 'text') return undefined;
  const sink = {
    write: stdout.write,
    columns: stdout.columns,
    rows: stdout.rows,
    color: usesColor(options, stdout),
    date: () => new Date(),
    clock: systemClock,
    redact: createRedactor(secrets),
  };
  return openVerifyText(
    sink,
    rows.map(({ code }) => code),
    output === 'auto' && stdout.isTerminal,
  );
}
