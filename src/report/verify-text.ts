import { formatDuration } from '../base/time.ts';
import type { CheckResult, VerifyReport } from '../verify/types.ts';
import { createPaint, type Style } from './paint.ts';
import { displayWidth, truncate } from './text.ts';
import type { Sink } from './types.ts';
import { type CheckState, describeVerdict, signs, stateOf, versionsOf } from './verify-words.ts';

/**
 * A verification for people: a line for each check, in the order of the checks, as soon as it and those above it have
 * ended. A check that passed says what holds, one that failed what is wrong, what shows it, and what to do. On a terminal
 * the last line tells what is still under way.
 */
export interface VerifyText {
  /** One check has ended. */
  result(result: CheckResult): void;
  /** What of an earlier round is otherwise now. */
  change(result: CheckResult): void;
  /** A line about the run itself. */
  note(text: string): void;
  /** Lets the seconds of the last line go on. */
  tick(): void;
  /** The verdict. */
  end(report: VerifyReport): void;
  /** Takes the last line away. */
  close(): void;
}

const styles: Readonly<Record<CheckState, Style>> = {
  passed: 'green',
  failed: 'red',
  warning: 'yellow',
  skipped: 'dim',
};
const eraseLine = '\r\x1b[K';
const usualColumns = 80;

/**
 * @param codes of the checks that are to come, in the order in which they are shown
 * @param isLive the last line may be written over
 */
export function openVerifyText(sink: Sink, codes: readonly string[], isLive: boolean): VerifyText {
  const { write, columns, color, date, clock, redact } = sink;
  const paint = createPaint(color);
  const ended = new Map<string, CheckResult>();
  const startedMs = clock.now();
  let shown = 0;
  let category = '';
  let skipped: CheckResult[] = [];
  let lastLine = '';

  const inline = (text: string): string =>
    redact(text)
      .replace(/\s*[\n\t]\s*/g, ' ')
      .trim();

  function print(text: string): void {
    write(`${lastLine === '' ? '' : eraseLine}${text}`);
    lastLine = '';
  }

  function lines(result: CheckResult): string {
    const state = stateOf(result);
    const { code, title, detail = '', evidence = [], hint } = result;
    const head = state === 'passed' ? `${title}: ${detail}` : `${code}: ${detail}`;
    const shownEvidence = redact(evidence.join('\n'))
      .split('\n')
      .filter((line) => line !== '');
    return [
      `  ${paint(styles[state], `${signs[state]} ${inline(head)}`)}`,
      ...shownEvidence.map((line) => `      ${paint('dim', line)}`),
      ...(hint === undefined ? [] : [`      next: ${inline(hint)}`]),
    ]
      .map((line) => `${line}\n`)
      .join('');
  }

  /** Checks that were skipped for the same reason are one line. */
  function flushSkipped(): string {
    const byReason = Map.groupBy(skipped, ({ detail = '' }) => detail);
    skipped = [];
    return [...byReason]
      .map(
        ([reason, each]) =>
          `  ${paint('dim', `${signs.skipped} ${each.map(({ code }) => code).join(', ')}: ${inline(reason)}`)}\n`,
      )
      .join('');
  }

  function flush(): void {
    let text = '';
    for (let next = ended.get(codes[shown] ?? ''); next; next = ended.get(codes[++shown] ?? '')) {
      if (next.category !== category) {
        text += flushSkipped();
        category = next.category;
        text += `${paint('bold', category)}\n`;
      }
      if (next.outcome === 'skipped') skipped.push(next);
      else text += lines(next);
    }
    if (shown >= codes.length) text += flushSkipped();
    if (text !== '') print(text);
  }

  function drawLast(): void {
    if (!isLive) return;
    const pending = codes.filter((code) => !ended.has(code));
    const room = (columns() || usualColumns) - 1;
    const text = pending.length === 0 ? '' : `… ${pending.join(', ')} (${formatDuration(clock.now() - startedMs)})`;
    if (text === lastLine) return;
    lastLine = displayWidth(text) <= room ? text : truncate(text, room);
    write(`${eraseLine}${paint('dim', lastLine)}`);
  }

  const time = (): string => paint('dim', `${date().toISOString().slice(0, 19)}Z`);

  return {
    result: (result) => {
      ended.set(result.code, result);
      flush();
      drawLast();
    },
    change: (result) => print(`${time()}${lines(result)}`),
    note: (text) => print(`${time()}  ${inline(text)}\n`),
    tick: drawLast,
    end: (report) => {
      const state = report.verdict;
      print(
        `\n${paint(styles[state], `${signs[state]} ${describeVerdict(report)}`)} in ${formatDuration(report.elapsedMs)}\n`,
      );
      print(`${paint('dim', inline(versionsOf(report).join(', ')))}\n`);
    },
    close: () => print(''),
  };
}
