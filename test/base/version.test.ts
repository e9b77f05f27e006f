import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { version } from '../../src/base/version.ts';

test('the program has the version of its package', () => {
  assert.equal(version, JSON.parse(readFileSync('package.json', 'utf8')).version);
});
