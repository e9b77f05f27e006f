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
  const { verdict, machine, namespace, startedMs } = shown;
  const head = [
    `${signs[verdict]} ${describeVerdict(shown)}`,
    `${machine.hostname}, namespace ${namespace}, ${formatTime(startedMs)}`,
  ].map(shorten);
  const foot = shorten(versionsOf(shown).join(', '));
  const problems = problemsOf(shown).map(problemLine);
  const room = maxCharacters - [...head, foot].reduce((sum, line) => sum + line.length + 1, 0);
  return [...head, ...fitting(problems, room), foot, ''].join('\n');
}

function problemLine(check: CheckResult): string {
  const finding = check.detail ?? check.title;
  return shorten(`${signs[stateOf(check)]} ${check.code}: ${finding}${check.hint ? ` → ${check.hint}` : ''}`);
}

/** As many lines as there is room for, a line break behind each, and how many there are beside. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  for (let count = lines.length; ; count--) {
    const rest = lines.length - count;
    const shown = [...lines.slice(0, count), ...(rest > 0 ? [`… and ${rest} more`] : [])];
    if (count === 0 || shown.reduce((sum, line) => sum + line.length + 1, 0) <= room) return shown;
  }
}

/** One line, cut where it is too long. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= maxLineCharacters ? line : `${line.slice(0, maxLineCharacters - 1).toWellFormed()}…`;
}
