import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, until } from './run.ts';

test('a command gets its input and gives its output', async () => {
  assert.equal(await run(['cat'], { input: 'text' }), 'text');
  const pieces = Array.from({ length: 100 }, () => Buffer.alloc(10_000, 'x'));
  assert.equal((await run(['cat'], { input: pieces })).length, 1_000_000);
});

test('a command that fails is named, with its exit code and what it said', async () => {
  await assert.rejects(run(['sh', '-c', 'echo why >&2; exit 3']), /^Error: sh -c .*: ended with 3\nwhy$/);
  await assert.rejects(run(['/no/such/program']), /ENOENT/);
});

test('a command that does not read its input is judged by its exit code', async () => {
  assert.equal(await run(['true'], { input: 'x'.repeat(1_000_000) }), '');
});

test('asking ends with the answer, or with the last error', async () => {
  let asked = 0;
  assert.equal(await until('third', 5000, () => ++asked === 3 && 'yes'), 'yes');
  const refuse = async () => {
    throw new Error('refused');
  };
  await assert.rejects(until('answer', 1, refuse), /^Error: answer: not within 0.001 s: refused$/);
});
