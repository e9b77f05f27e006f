import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { askLine } from '../../src/commands/terminal.ts';

function open() {
  const input = new PassThrough();
  const stop = new AbortController();
  let asked = '';
  const write = (text: string): void => {
    asked += text;
  };
  return { input, stop, asked: () => asked, answer: askLine('Sure? ', { input, write, signal: stop.signal }) };
}

test('the question is written, and the answer is its first line', async () => {
  const { input, asked, answer } = open();
  input.write('edgex\nmore\n');
  assert.equal(await answer, 'edgex');
  assert.equal(asked(), 'Sure? ');
});

test('an input that ends is an empty answer', async () => {
  const { input, asked, answer } = open();
  input.end();
  assert.equal(await answer, '');
  assert.equal(asked(), 'Sure? \n');
});

test('whoever interrupts gets the reason of it', async () => {
  const { stop, answer } = open();
  const reason = new Error('stopped by SIGINT');
  stop.abort(reason);
  await assert.rejects(answer, reason);
});
