import assert from 'node:assert/strict';
import { displayWidth } from '../../src/report/text.ts';

/**
 * A terminal, as far as the live view uses one. It fails on a line that would be broken in two, on a way up that ends
 * above the screen, and on any sequence that it doesn't know.
 */
export interface Screen {
  write(text: string): void;
  /** What has scrolled away and what is on the screen, without blank lines at the end. */
  text(): string;
  /** Only what is on the screen. */
  visible(): readonly string[];
  isCursorHidden(): boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads them
const sequence = /\x1b\[(\d*)([A-Zm])|\x1b\[\?25([hl])|\r|\n|[^\x1b\r\n]+/gy;

export function openScreen(columns: number, rows: number): Screen {
  let lines: string[] = [''];
  let row = 0;
  let column = 0;
  let isHidden = false;
  const top = () => Math.max(0, lines.length - rows);

  function take(text: string): void {
    assert.ok(column + displayWidth(text) <= columns, `wider than ${columns} columns: ${text}`);
    const line = lines[row] ?? '';
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  }

  return {
    write(text) {
      let taken = 0;
      for (const [part, count, command, cursor] of text.matchAll(sequence)) {
        taken += part.length;
        if (part === '\r') column = 0;
        else if (part === '\n') {
          row++;
          column = 0;
          if (row === lines.length) lines.push('');
        } else if (cursor) isHidden = cursor === 'l';
        else if (command === 'A') {
          row -= Number(count);
          assert.ok(row >= top(), 'the way up ends above the screen');
        } else if (command === 'J') lines = [...lines.slice(0, row), (lines[row] ?? '').slice(0, column)];
        else if (command === undefined) take(part);
        else assert.equal(command, 'm', `unknown sequence ${JSON.stringify(part)}`);
      }
      assert.equal(taken, text.length, `unknown sequence in ${JSON.stringify(text)}`);
    },
    text: () => `${lines.join('\n').trimEnd()}\n`,
    visible: () => lines.slice(top()),
    isCursorHidden: () => isHidden,
  };
}
