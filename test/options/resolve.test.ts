import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandName, commandNames } from '../../src/options/commands.ts';
import { operandOf } from '../../src/options/operands.ts';
import { type Options, resolveOptions } from '../../src/options/resolve.ts';
import type { OptionRow } from '../../src/options/row.ts';
import { environmentName, type OptionKey, optionRows, takes } from '../../src/options/table.ts';
import { samples } from './samples.ts';

function firstCommand(row: OptionRow): CommandName {
  const [command] = row.commands;
  assert.ok(command, row.flag);
  return command;
}

/** The word that a command takes beside its options, if it takes one. */
function operandFor(command: CommandName): readonly string[] {
  return operandOf(command) ? ['x'] : [];
}

/** What an option is that nobody gives and that has no default of its own. */
const nothing: Readonly<Record<OptionRow['type'], unknown>> = {
  text: undefined,
  choice: undefined,
  boolean: false,
  duration: undefined,
  list: [],
  settings: {},
};

test('every row of the table reaches the options by its flag', () => {
  for (const [key, row] of optionRows) {
    const [text, value] = samples[key];
    for (const command of row.commands) {
      const options = resolveOptions(command, [...operandFor(command), `--${row.flag}=${text}`], {});
      assert.deepEqual(options[key], value, `${command} --${row.flag}`);
      assert.deepEqual(options.origins[key], { from: 'flag', name: `--${row.flag}` });
    }
  }
});

test('every row of the table reaches the options by its environment name, and a flag goes over it', () => {
  for (const [key, row] of optionRows) {
    const name = environmentName(row);
    if (name === undefined) continue;
    const [text, value] = samples[key];
    const options = resolveOptions(firstCommand(row), operandFor(firstCommand(row)), { [name]: text });
    assert.deepEqual(options[key], value, name);
    assert.deepEqual(options.origins[key], { from: 'environment', name });

    const words = [...operandFor(firstCommand(row)), `--${row.flag}=${text}`];
    const both = resolveOptions(firstCommand(row), words, { [name]: 'nonsense' });
    assert.deepEqual(both[key], value, name);
  }
});

test('every row of the table has a default, which is also what a command has that does not take the option', () => {
  const defaults: Partial<Record<OptionKey, unknown>> = {
    namespace: 'edgex',
    reach: 'auto',
    database: 'auto',
    storage: 'auto',
    architecture: 'amd64',
    shell: 'bash',
    timeoutMs: 900_000,
    verify: true,
    windowMs: 10_000,
    mqttTopic: 'edgex-handson-topic',
    output: 'auto',
    color: 'auto',
  };
  for (const command of commandNames) {
    const options: Options = resolveOptions(command, operandFor(command), {});
    for (const [key, row] of optionRows) {
      assert.deepEqual(options[key], key in defaults ? defaults[key] : nothing[row.type], key);
      assert.deepEqual(options.origins[key], { from: 'default' });
    }
  }
});

test('the environment of one command may hold options of another', () => {
  const env = { EDGEX_BOOT_ARCHITECTURE: 'sparc', EDGEX_BOOT_PRISTINE: 'maybe' };
  assert.equal(resolveOptions('install', [], env).architecture, 'amd64');
});

test('flags of every option are distinct, and so are the short ones', () => {
  const names = optionRows.flatMap(([, { flag, short }]) => (short ? [flag, short] : [flag]));
  assert.equal(new Set(names).size, names.length);
  for (const [, row] of optionRows)
    assert.ok(
      commandNames.some((command) => takes(command, row)),
      row.flag,
    );
});

interface Right {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: CommandName;
  readonly has: Partial<Options>;
}

const right: readonly Right[] = [
  { args: ['-n', 'a'], has: { namespace: 'a' } },
  { args: ['-nplant'], has: { namespace: 'plant' } },
  { args: ['--namespace', 'a', '--namespace=b'], has: { namespace: 'b' } },
  { args: ['--with', 'a,b', '--with', 'b, c'], has: { with: ['a', 'b', 'c'] } },
  { args: ['--verify', '--no-verify'], has: { verify: false } },
  { args: ['--no-force-conflicts'], env: { EDGEX_BOOT_FORCE_CONFLICTS: '1' }, has: { forceConflicts: false } },
  { args: [], env: { EDGEX_BOOT_VERIFY: '0' }, has: { verify: false } },
  { args: ['--timeout', '1h2m3.5s'], has: { timeoutMs: 3_723_500 } },
  { args: ['--storage', 'local:/mnt/data-disk'], has: { storage: 'local:/mnt/data-disk' } },
  { args: ['--storage', 'class:local-path'], has: { storage: 'class:local-path' } },
  { args: ['--storage', 'nfs://nas.lan/export/edgex'], has: { storage: 'nfs://nas.lan/export/edgex' } },
  { args: ['--storage', 'nfs://[fd00::1]/'], has: { storage: 'nfs://[fd00::1]/' } },
  { args: ['--storage', 'existing'], has: { storage: 'existing' } },
  { args: ['--storage', 'local:/srv/...'], has: { storage: 'local:/srv/...' } },
  {
    args: ['--set', 'a/B/C=x=y', '--set=a/B/D=', '--set', 'b/E= z ', '--set', 'a/B/C=1,2'],
    has: { set: { a: { 'B/C': '1,2', 'B/D': '' }, b: { E: ' z ' } } },
  },
  { args: [], env: { EDGEX_BOOT_SET: 'a/B=1,2\n\n a/C=3\n' }, has: { set: { a: { B: '1,2', C: '3' } } } },
  { args: ['--set', 'a/B=1\n2'], has: { set: { a: { B: '1\n2' } } } },
  { args: [], env: { EDGEX_BOOT_NAMESPACE: '', NO_COLOR: '' }, has: { namespace: 'edgex', color: 'auto' } },
  { args: [], env: { NO_COLOR: '1' }, has: { color: 'never' } },
  { args: [], env: { NO_COLOR: '1', EDGEX_BOOT_COLOR: 'always' }, has: { color: 'always' } },
  { args: ['--color', 'auto'], env: { NO_COLOR: '1' }, has: { color: 'auto' } },
  { args: ['--kubeconfig', '-'], has: { kubeconfig: '-' } },
  { args: ['--context=-odd'], has: { context: '-odd' } },
  { args: ['--'], has: { namespace: 'edgex' } },
  { args: [], env: { EDGEX_BOOT_TYPO: '' }, has: { namespace: 'edgex' } },
];

test('values are read as people write them', () => {
  for (const { args, env = {}, command = 'install', has } of right) {
    const options = resolveOptions(command, args, env);
    for (const [key, value] of Object.entries(has)) {
      assert.deepEqual(options[key as keyof Options], value, `${args.join(' ')} ${JSON.stringify(env)}`);
    }
  }
});

test('a service called __proto__ is a name like any other', () => {
  const { set } = resolveOptions('install', ['--set', '__proto__/polluted=1'], {});
  assert.deepEqual(Object.keys(set), ['__proto__']);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
