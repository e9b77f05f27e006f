import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flag } from './args.ts';
import { randomReading } from './device/readings.ts';
import { parseResolvConf } from './net/lookup.ts';
import { matchPath } from './net/server.ts';
import { parseRegistry } from './registry/consul.ts';
import { flatten, overridden, unflatten } from './registry/settings.ts';
import { timeScale } from './stage.ts';
import { encodeCommand, parseReply } from './store/resp.ts';

test('a Redis command counts bytes, not characters', () => {
  assert.equal(encodeCommand(['SET', 'ä']), '*2\r\n$3\r\nSET\r\n$2\r\nä\r\n');
});

test('Redis replies are read as far as they are there', () => {
  const whole = Buffer.from('*3\r\n:42\r\n$5\r\nä b\r\r\n$-1\r\n+OK\r\n');
  for (let length = 0; length < whole.length - 5; length++) {
    assert.equal(parseReply(whole.subarray(0, length), 0), undefined);
  }
  const array = parseReply(whole, 0);
  assert.deepEqual(array?.reply, [42, 'ä b\r', null]);
  assert.equal(parseReply(whole, array?.end ?? 0)?.reply, 'OK');
  assert.match(String(parseReply(Buffer.from('-ERR no\r\n'), 0)?.reply), /ERR no/);
});

test('a path fits a pattern part by part, its parameters decoded', () => {
  assert.deepEqual(matchPath('/a/{b}/c', '/a/x%20y/c'), { b: 'x y' });
  assert.equal(matchPath('/a/{b}', '/a/x/c'), undefined);
  assert.equal(matchPath('/a', '/b'), undefined);
});

test('trees flatten with positions for lists, and empty ones leave nothing', () => {
  assert.deepEqual(flatten({ A: { B: [{ C: 1 }, 'x'], D: [], E: '' }, F: true }), {
    'A/B/0/C': '1',
    'A/B/1': 'x',
    'A/E': '',
    F: 'true',
  });
});

test('the configuration answer nests settings and gives numbers and booleans their type', () => {
  assert.deepEqual(unflatten({ 'A/B': '12', 'A/C': 'true', D: '1s', E: '' }), {
    A: { B: 12, C: true },
    D: '1s',
    E: '',
  });
});

test('the environment overrides only paths that are there, in their own case', () => {
  const { settings, overrides } = overridden({ 'A/B': '1', C: '2' }, { A_B: '9', a_b: '8', A_X: '7', C: 'a=b' });
  assert.deepEqual(settings, { 'A/B': '9', C: '2' });
  assert.deepEqual(overrides, ['A/B']);
});

test('flags are read in each of their forms', () => {
  assert.equal(flag(['--profile=docker'], 'profile', 'p'), 'docker');
  assert.equal(flag(['-p', 'docker'], 'profile', 'p'), 'docker');
  assert.equal(flag(['--registry', '--profile=x'], 'registry'), '');
  assert.equal(flag(['--profile=x'], 'overwrite', 'o'), undefined);
});

test('the registry needs a scheme and a numeric port', () => {
  assert.equal(parseRegistry('consul://edgex-core-consul:8500'), 'edgex-core-consul:8500');
  assert.equal(parseRegistry('edgex-core-consul:8500'), undefined);
  assert.equal(parseRegistry('consul://edgex-core-consul'), undefined);
});

test('the resolver configuration has one server without options', () => {
  assert.deepEqual(parseResolvConf('nameserver 10.0.0.1\n'), { servers: ['10.0.0.1'], search: [], ndots: 1 });
  const pod = 'search a.local b.local\nnameserver 10.96.0.10\noptions ndots:5\n';
  assert.deepEqual(parseResolvConf(pod), { servers: ['10.96.0.10'], search: ['a.local', 'b.local'], ndots: 5 });
});

test('readings stay in the range of their type', () => {
  for (const [resource, low, high] of [
    ['Int8', -128n, 127n],
    ['Uint8', 0n, 255n],
    ['Int64', -(2n ** 63n), 2n ** 63n - 1n],
    ['Uint64', 0n, 2n ** 64n - 1n],
  ] as const) {
    for (let round = 0; round < 200; round++) {
      const value = BigInt(randomReading(resource) ?? 'x');
      assert.ok(low <= value && value <= high, `${resource} ${value}`);
    }
  }
  assert.match(randomReading('Float64') ?? '', /^-?\d\.\d+e[+-]\d+$/);
  assert.equal(randomReading('Int7'), undefined);
});

test('time is real unless a scale says otherwise', () => {
  assert.equal(timeScale({}), 1);
  assert.equal(timeScale({ STANDIN_TIME_SCALE: '0.1' }), 0.1);
  assert.equal(timeScale({ STANDIN_TIME_SCALE: 'fast' }), 1);
});
