import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Column, layTable, type Row } from '../../src/report/columns.ts';
import { displayWidth } from '../../src/report/text.ts';

const columns: readonly Column[] = [
  { title: 'NAME' },
  { title: 'STATE' },
  { title: 'COUNT', alone: (count) => `${count} times` },
  { title: 'WHERE' },
];
const rows: readonly Row[] = [
  { mark: '+', cells: ['one', 'good', '3', 'here'] },
  {
    mark: '-',
    cells: ['another', '', '', 'far away from here'],
    notes: ['for a reason that takes some words to tell'],
  },
];
const lay = (width: number) => layTable(columns, rows, { essential: 2, width }).map(({ text }) => text);

test('a wide terminal has one line for each row, and absent values have a sign', () => {
  assert.deepEqual(lay(100), [
    '  NAME     STATE  COUNT  WHERE',
    '+ one      good   3      here',
    '- another  –      –      far away from here',
    '    for a reason that takes some words to tell',
  ]);
});

test('what has no room stands below its row, and absent values are left out there', () => {
  assert.deepEqual(lay(30), [
    '  NAME     STATE  COUNT',
    '+ one      good   3',
    '    here',
    '- another  –      –',
    '    far away from here',
    '    for a reason that takes',
    '    some words to tell',
  ]);
  assert.deepEqual(lay(20).slice(0, 3), ['  NAME     STATE', '+ one      good', '    3 times  here']);
});

test('no line is wider than the terminal while the essential columns fit', () => {
  for (let width = 17; width <= 60; width++) {
    for (const text of lay(width)) assert.ok(displayWidth(text) <= width, `${width}: ${text}`);
  }
});

test('a line of a row knows its row', () => {
  const lines = layTable(columns, rows, { essential: 2, width: 30 });
  assert.deepEqual(
    lines.map(({ kind, row }) => `${kind} ${row?.cells[0] ?? ''}`.trim()),
    ['title', 'row one', 'more one', 'row another', 'more another', 'note another', 'note another'],
  );
});
