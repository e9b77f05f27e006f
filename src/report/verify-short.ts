import type { CheckResult, VerifyReport } from '../verify/types.ts';
import { createRedactor, type Redact } from './redact.ts';
import { describeVerdict, formatTime, problemsOf, redactReport, signs, stateOf, versionsOf } from './verify-words.ts';

/** As much as fits the message of any chat. */
const maxCharacters = 1000;
const maxLineCharacters = 240;

/**
 * The verdict, the problems and the versions, in 1000 characters at most: for a chat message. What doesn't fit is
 * counted; the failed checks come first.
 */
export function renderVerifyShort(report: VerifyReport, redact: Redact = createRedactor()): string {
  const shown = redactReport(report, redact);
  const { verdict, site, machine, namespace, startedMs } = shown;
  const head = [
    `${signs[verdict]} ${describeVerdict(shown)}`,
    [site, machine.hostname, `namespace ${namespace}`, formatTime(startedMs)].filter(Boolean).join(', '),
  ].map(shorten);
  const foot = shorten(versionsOf(shown).join(', '));
  const room = maxCharacters - lengthOf([...head, foot]);
  return [...head, ...problemLines(problemsOf(shown), room), foot, ''].join('\n');
}

/** All problems are worth more than the next steps of some. */
function problemLines(problems: readonly CheckResult[], room: number): readonly string[] {
  const full = problems.map((check) => shorten(`${findingOf(check)}${check.hint ? ` → ${check.hint}` : ''}`));
  return lengthOf(full) <= room ? full : fitting(problems.map(findingOf).map(shorten), room);
}

function findingOf(check: CheckResult): string {
  return `${signs[stateOf(check)]} ${check.code}: ${check.detail ?? check.title}`;
}

/** With a line break behind each. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** As many lines as there is room for, and how many there are beside. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  for (let count = lines.length; ; count--) {
    const rest = lines.length - count;
    const shown = [...lines.slice(0, count), ...(rest > 0 ? [`… and ${rest} more`] : [])];
    if (count === 0 || lengthOf(shown) <= room) return shown;
  }
}

/** One line, cut where it is too long. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= maxLineCharacters ? line : `${line.slice(0, maxLineCharacters - 1).toWellFormed()}…`;
}
