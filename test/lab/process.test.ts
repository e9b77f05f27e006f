import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { formatIdentity, identify, isZombie, parseIdentity, startTicksOf } from './process.ts';

const bootId = '734554b2-72d5-491f-b480-9a6a195268a3';

test('a record is read as it was written', () => {
  const id = { pid: 42, startTicks: 123456, bootId };
  assert.deepEqual(parseIdentity(formatIdentity(id)), id);
});

test('a record that was cut short or is something else counts as none', () => {
  for (const text of ['', '42', '42 123456', '42 123456 7345', `x 1 ${bootId}`, `42 123456 ${bootId} more`]) {
    assert.equal(parseIdentity(text), undefined, JSON.stringify(text));
  }
});

test("a process's name may look like anything", () => {
  const fields = Array.from({ length: 30 }, (_, index) => index + 4);
  assert.equal(startTicksOf(`7 (a) R (b) S 1 ${fields.join(' ')}`), 21);
  assert.equal(isZombie(`7 (a) Z (b) S 1 ${fields.join(' ')}`), false);
  assert.equal(isZombie(`7 (sh) Z 1 ${fields.join(' ')}`), true);
});

test('a process is identified while it lives, and nobody after it', {
  skip: process.platform !== 'linux',
}, async () => {
  const child = spawn('sleep', ['100']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const id = identify(pid);
  assert.ok(id && id.startTicks > 0);
  assert.deepEqual(identify(pid), id);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(identify(pid), undefined);
});
