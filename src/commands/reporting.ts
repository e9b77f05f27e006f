import { systemClock } from '../base/clock.ts';
import type { ExitName } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import type { Options } from '../options/resolve.ts';
import { createRedactor } from '../report/redact.ts';
import { openReporter, type ReporterKind } from '../report/reporter.ts';
import { describeFailure } from './failure.ts';
import type { Output, Program } from './program.ts';
import { resultKeeper } from './result.ts';

/** How often the seconds of a live view go on. */
const tickMs = 250;

/**
 * Runs work that tells what it does. A failure is told like everything else, and ends the work with its exit.
 * @param output where to tell it
 */
export async function withReporter(
  options: Options,
  { signal, secrets }: Pick<Program, 'signal' | 'secrets'>,
  output: Output,
  work: (emit: Emit) => Promise<ExitName>,
): Promise<ExitName> {
  const reporter = openReporter(reporterKind(options, output), {
    write: output.write,
    columns: output.columns,
    rows: output.rows,
    color: usesColor(options, output),
    date: () => new Date(),
    clock: systemClock,
    redact: createRedactor(secrets),
  });
  const ticks = setInterval(reporter.tick, tickMs);
  const result = resultKeeper(options, { secrets });
  const emit = result.listen(reporter.emit);
  try {
    return await work(emit);
  } catch (thrown) {
    const error = describeFailure(thrown, signal);
    emit({ type: 'failure', error });
    return error.exit;
  } finally {
    await result.keep(reporter.emit);
    clearInterval(ticks);
    reporter.close();
  }
}

function reporterKind({ output: wish }: Options, output: Output): ReporterKind {
  if (wish === 'json') return 'jsonl';
  return wish === 'auto' && output.isTerminal ? 'tty' : 'plain';
}

/** Whether an output gets colours. */
export function usesColor({ color }: Options, output: Output): boolean {
  return color === 'always' || (color === 'auto' && output.isTerminal);
}

/** Tells on standard error what somebody should know at once, and nothing else: the result is on standard output. */
export function warningsOnly(options: Options, { stderr, secrets }: Pick<Program, 'stderr' | 'secrets'>): Emit {
  const reporter = openReporter('plain', {
    write: stderr.write,
    columns: stderr.columns,
    rows: stderr.rows,
    color: usesColor(options, stderr),
    date: () => new Date(),
    clock: systemClock,
    redact: createRedactor(secrets),
  });
  return (event) => {
    if (event.type === 'warning') reporter.emit(event);
  };
}
