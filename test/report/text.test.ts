import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, padColumns, truncate, wrap } from '../../src/report/text.ts';

const texts = [
  '',
  'short',
  'several words that need more than one line of a narrow terminal',
  `${'x'.repeat(70)} and more`,
  '    indented words that are wrapped below each other',
  '東京 and 大阪 are wide, e\u0301 is narrow, 👍 is wide',
];

test('the columns of a text', () => {
  const widths = { '': 0, abc: 3, é: 1, 'e\u0301': 1, 東京: 4, '✓ x': 3, '👍': 2, 'a\u200db': 2 };
  for (const [text, width] of Object.entries(widths)) assert.equal(displayWidth(text), width, text);
});

test('a wrapped text has the same words, in lines that fit', () => {
  for (const text of texts) {
    for (const width of [4, 7, 10, 33, 100]) {
      const lines = wrap(text, width);
      for (const line of lines) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    }
  }
});

test('an indentation is kept in each line', () => {
  for (const line of wrap('    one two three four', 10)) assert.match(line, /^ {4}\S/);
});

test('a truncated text fits, and tells that something is missing', () => {
  assert.equal(truncate('abcdef', 6), 'abcdef');
  assert.equal(truncate('abcdef', 5), 'abcd…');
  assert.equal(truncate('東京大阪', 6), '東京…');
  for (const text of texts) for (const width of [3, 9, 20]) assert.ok(displayWidth(truncate(text, width)) <= width);
});

test('padding counts columns', () => {
  assert.equal(padColumns('東', 4), '東  ');
  assert.equal(padColumns('abcde', 4), 'abcde');
});
