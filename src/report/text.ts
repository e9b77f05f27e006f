/** Text measured in the columns of a terminal. It has no control characters: the redactor took them out. */

const zero = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const double =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function characterWidth(character: string): number {
  if (character < '\x7f') return 1;
  if (zero.test(character)) return 0;
  return double.test(character) ? 2 : 1;
}

/** The columns that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text with spaces behind it, so that it takes `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** The text in at most `width` columns; an ellipsis stands for what is cut off. */
export function truncate(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${headOf(text, width - 1)}…`;
}

/** The text in lines of at most `width` columns, broken between words, or within one that is too long. */
export function wrap(text: string, width: number): readonly string[] {
  if (displayWidth(text) <= width) return [text];
  const words = text.trimStart().split(' ');
  const indent = ' '.repeat(Math.min(text.length - text.trimStart().length, Math.floor(width / 2)));
  const room = width - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > room) {
      const head = headOf(line, room);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, ...(line === '' ? [] : [line])].map((part) => indent + part);
}

/** As many characters as fit into `width` columns, but one at least. */
function headOf(text: string, width: number): string {
  let head = '';
  let taken = 0;
  for (const character of text) {
    taken += characterWidth(character);
    if (taken > width && head !== '') break;
    head += character;
  }
  return head;
}
