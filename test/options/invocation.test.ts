import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from 'citty';
import { cittyArgs } from '../../src/options/citty.ts';
import { commandNames } from '../../src/options/commands.ts';
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

test('citty lets every flag of a command through and ends nothing by itself', async () => {
  for (const command of commandNames) {
    const args = cittyArgs(command);
    const seen: string[][] = [];
    const run = ({ rawArgs }: { rawArgs: string[] }) => seen.push(rawArgs);
    await runCommand({ args, run }, { rawArgs: ['--database', 'nonsense', '--bogus'] });
    assert.deepEqual(seen, [['--database', 'nonsense', '--bogus']]);
    assert.equal(args.database?.type, 'string');
    assert.deepEqual(args.help, { type: 'boolean', description: args.help?.description, alias: 'h' });
    assert.equal('pristine' in args, command === 'config render');
  }
});
