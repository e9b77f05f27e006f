import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { test } from 'node:test';
import { localMachine } from '../../src/facts/machine.ts';

test('the environment is the one that was passed in', () => {
  assert.deepEqual(localMachine({ HOME: '/x' }).env, { HOME: '/x' });
});

test('the home directory of the user database is told whatever HOME says', () => {
  const home = localMachine({}).passwdHome();
  assert.ok(home === undefined || isAbsolute(home));
  assert.equal(localMachine({ HOME: `${homedir()}/elsewhere` }).passwdHome(), home);
});

test('a file is read as text, and one that is missing fails with its code', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'machine-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'config');
  const machine = localMachine({});
  assert.equal(machine.exists(path), false);
  assert.throws(() => machine.read(path), { code: 'ENOENT' });
  assert.throws(() => machine.read(directory), { code: 'EISDIR' });
  writeFileSync(path, 'Grüße');
  assert.equal(machine.exists(path), true);
  assert.equal(machine.read(path), 'Grüße');
});
