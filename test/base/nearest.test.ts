import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../src/base/nearest.ts';

const known = ['install', 'uninstall', 'verify', 'Writable/LogLevel', 'redis'];

test('finds the name behind one typing error of each sort', () => {
  for (const word of ['instal', 'innstall', 'imstall', 'isntall'])
    assert.equal(nearestName(word, known), 'install', word);
});

test('counts swapped neighbours as one error', () => {
  assert.equal(nearestName('ab', ['ba']), 'ba');
  assert.equal(nearestName('abc', ['cba']), undefined);
});

test('case and a wrong separator are no hindrance', () => {
  assert.equal(nearestName('writable.loglevel', known), 'Writable/LogLevel');
});

test('suggests nothing where nothing is near', () => {
  assert.equal(nearestName('mongo', known), undefined);
  assert.equal(nearestName('', known), undefined);
  assert.equal(nearestName('install', []), undefined);
});

test('prefers the nearer name, and the first among equals', () => {
  assert.equal(nearestName('uninstal', known), 'uninstall');
  assert.equal(nearestName('cat', ['bat', 'hat']), 'bat');
});
