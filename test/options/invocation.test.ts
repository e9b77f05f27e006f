import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Invocation, readInvocation } from '../../src/options/invocation.ts';

const cases: readonly (readonly [line: string, invocation: Invocation])[] = [
  ['', { kind: 'help' }],
  ['--help', { kind: 'help' }],
  ['-h', { kind: 'help' }],
  ['config --help', { kind: 'help' }],
  ['--version', { kind: 'version' }],
  ['install --version', { kind: 'version' }],
  ['install --bogus --help', { kind: 'help', command: 'install' }],
  ['-h install', { kind: 'help', command: 'install' }],
  ['config render -h', { kind: 'help', command: 'config render' }],
  ['install', { kind: 'run', command: 'install', args: [] }],
  ['install -n a', { kind: 'run', command: 'install', args: ['-n', 'a'] }],
  ['-n plan install', { kind: 'run', command: 'install', args: ['-n', 'plan'] }],
  ['config --output json render', { kind: 'run', command: 'config render', args: ['--output', 'json'] }],
  ['render render', { kind: 'run', command: 'render', args: ['render'] }],
  ['install -- --help', { kind: 'run', command: 'install', args: ['--', '--help'] }],
];

for (const [line, invocation] of cases) {
  test(`the command line "${line}"`, () => {
    assert.deepEqual(readInvocation(line.split(' ').filter(Boolean)), invocation);
  });
}
