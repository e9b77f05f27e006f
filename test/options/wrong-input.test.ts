import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import type { CommandName } from '../../src/options/commands.ts';
import { readInvocation } from '../../src/options/invocation.ts';
import { resolveOptions } from '../../src/options/resolve.ts';

interface Wrong {
  /** The command line, split at spaces, or in parts. */
  readonly line: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly object: string;
  readonly cause: string;
  readonly hint: string | RegExp;
}

const namespaceHint = 'Give it 1 to 63 lower-case letters, digits and dashes, with a letter or digit at both ends.';
const storageHint = 'Give it auto, local, local:/ABSOLUTE/PATH, nfs://SERVER/EXPORT, class:NAME or existing.';
const durationHint = 'Give it a duration, like 90s, 15m or 1h30m.';
const listHint = 'Separate names by one comma each, without one at either end.';
const settingsHint = 'Write it as SERVICE/PATH=VALUE.';
const noOption = 'there is no such option';
const noVariable = 'no option has this name in the environment';
const notAllowed = 'this is not allowed';

const wrong: readonly Wrong[] = [
  // Commands.
  { line: 'instal', object: 'instal', cause: 'there is no such command', hint: 'Did you mean edgex-boot install?' },
  {
    line: 'config rendr',
    object: 'config rendr',
    cause: 'there is no such command',
    hint: 'Did you mean edgex-boot config render?',
  },
  { line: 'Plan --help', object: 'Plan', cause: 'there is no such command', hint: 'Did you mean edgex-boot plan?' },
  {
    line: 'dance',
    object: 'dance',
    cause: 'there is no such command',
    hint: /^The commands are install, plan, /,
  },
  {
    line: 'config',
    object: 'edgex-boot config',
    cause: 'a command is missing',
    hint: /^Write edgex-boot config render/,
  },
  {
    line: '-n plant',
    object: 'edgex-boot',
    cause: 'a command is missing',
    hint: /^Write edgex-boot install, or edgex-boot plan/,
  },
  { line: '--databse redis install', object: '--databse', cause: noOption, hint: 'Did you mean --database?' },
  {
    line: ['', 'install'],
    object: ' install',
    cause: 'there is no such command',
    hint: 'Did you mean edgex-boot install?',
  },

  // Names of flags.
  { line: 'install --databse redis', object: '--databse', cause: noOption, hint: 'Did you mean --database?' },
  { line: 'install --namspace=x', object: '--namspace', cause: noOption, hint: 'Did you mean --namespace?' },
  { line: 'install --no-verfy', object: '--no-verfy', cause: noOption, hint: 'Did you mean --no-verify?' },
  { line: 'install --no-namespace', object: '--no-namespace', cause: noOption, hint: 'Did you mean --namespace?' },
  { line: 'install --no-verify=yes', object: '--no-verify=yes', cause: noOption, hint: /--no-verify|--help/ },
  { line: 'install --NAMESPACE x', object: '--NAMESPACE', cause: noOption, hint: 'Did you mean --namespace?' },
  {
    line: 'install --purge-everything',
    object: '--purge-everything',
    cause: noOption,
    hint: '`edgex-boot install --help` lists the options.',
  },
  { line: 'install -x', object: '-x', cause: noOption, hint: '`edgex-boot install --help` lists the options.' },
  {
    line: 'plan -namespace plant',
    object: '-namespace',
    cause: 'a long option begins with two dashes',
    hint: 'Write --namespace.',
  },
  { line: 'config render --pristin', object: '--pristin', cause: noOption, hint: 'Did you mean --pristine?' },
  {
    line: 'install --pristine',
    object: '--pristine',
    cause: 'install does not take this option',
    hint: 'It belongs to config render.',
  },
  {
    line: 'install --architecture arm64',
    object: '--architecture',
    cause: 'install does not take this option',
    hint: 'It belongs to render, config render.',
  },
  {
    line: 'render --kubeconfig x',
    object: '--kubeconfig',
    cause: 'render does not take this option',
    hint: /^It belongs to install, plan/,
  },
  {
    line: 'plan --no-verify',
    object: '--no-verify',
    cause: 'plan does not take this option',
    hint: 'It belongs to install.',
  },
  {
    line: 'config render -n x',
    object: '-n',
    cause: 'config render does not take this option',
    hint: /^It belongs to install, plan, .*render/,
  },

  // Words that belong nowhere.
  {
    line: 'install redis',
    object: 'redis',
    cause: 'install takes options only',
    hint: '`edgex-boot install --help` lists the options.',
  },
  {
    line: 'install namespace plant',
    object: 'namespace',
    cause: 'install takes options only',
    hint: 'Did you mean --namespace?',
  },
  {
    line: 'install --verify false',
    object: 'false',
    cause: 'install takes options only',
    hint: '`edgex-boot install --help` lists the options.',
  },
  {
    line: 'install -- --namespace',
    object: '--namespace',
    cause: 'install takes options only',
    hint: 'Did you mean --namespace?',
  },
  {
    line: ['install', ''],
    object: '""',
    cause: 'install takes options only',
    hint: '`edgex-boot install --help` lists the options.',
  },

  // Missing values.
  {
    line: 'install --namespace',
    object: '--namespace',
    cause: 'its value is missing',
    hint: 'Write --namespace NAME.',
  },
  {
    line: 'install --namespace=',
    object: '--namespace',
    cause: 'its value is missing',
    hint: 'Write --namespace NAME.',
  },
  { line: ['install', '-n', ''], object: '-n', cause: 'its value is missing', hint: 'Write -n NAME.' },
  {
    line: 'install --database --no-verify',
    object: '--database',
    cause: 'its value is missing',
    hint: 'Write --database auto|mongo|redis.',
  },
  { line: 'install --set', object: '--set', cause: 'its value is missing', hint: 'Write --set SERVICE/PATH=VALUE.' },
  { line: 'install --context -h', object: '--context', cause: 'its value is missing', hint: 'Write --context NAME.' },

  // Values.
  { line: 'install -n Plant', object: '-n Plant', cause: notAllowed, hint: namespaceHint },
  { line: 'install -n=plant', object: '-n =plant', cause: notAllowed, hint: namespaceHint },
  { line: 'install --namespace plant_7', object: '--namespace plant_7', cause: notAllowed, hint: namespaceHint },
  { line: 'install --namespace plant-', object: '--namespace plant-', cause: notAllowed, hint: namespaceHint },
  {
    line: `install --namespace ${'a'.repeat(64)}`,
    object: `--namespace ${'a'.repeat(64)}`,
    cause: notAllowed,
    hint: namespaceHint,
  },
  {
    line: `install --namespace ${'a'.repeat(90)}`,
    object: `--namespace ${'a'.repeat(80)}…`,
    cause: notAllowed,
    hint: namespaceHint,
  },
  { line: 'install --namespace plant.7', object: '--namespace plant.7', cause: notAllowed, hint: namespaceHint },
  {
    line: 'install --database rediss',
    object: '--database rediss',
    cause: 'no such choice',
    hint: 'Did you mean redis? The choices are auto, mongo and redis.',
  },
  {
    line: 'install --database postgres',
    object: '--database postgres',
    cause: 'no such choice',
    hint: 'The choices are auto, mongo and redis.',
  },
  {
    line: 'install --output yaml',
    object: '--output yaml',
    cause: 'no such choice',
    hint: 'The choices are auto, text and json.',
  },
  {
    line: 'render --architecture x86_64',
    object: '--architecture x86_64',
    cause: 'no such choice',
    hint: 'The choices are amd64 and arm64.',
  },
  {
    line: 'install --reach nodeport',
    object: '--reach nodeport',
    cause: 'no such choice',
    hint: 'The choices are auto, direct and proxy.',
  },
  { line: 'install --color=neber', object: '--color neber', cause: 'no such choice', hint: /^Did you mean never\?/ },
  {
    line: 'install --verify=maybe',
    object: '--verify maybe',
    cause: 'neither true nor false',
    hint: 'Give it true or false.',
  },
  { line: 'install --timeout 15', object: '--timeout 15', cause: 'not a duration', hint: durationHint },
  { line: 'install --timeout 15min', object: '--timeout 15min', cause: 'not a duration', hint: durationHint },
  { line: 'install --timeout=-5m', object: '--timeout -5m', cause: 'not a duration', hint: durationHint },
  { line: 'install --timeout 0s', object: '--timeout 0s', cause: 'no time at all', hint: durationHint },
  { line: 'install --timeout 25h', object: '--timeout 25h', cause: 'longer than 24h', hint: durationHint },
  { line: 'install --storage nfs', object: '--storage nfs', cause: notAllowed, hint: storageHint },
  { line: 'install --storage nfs:/x', object: '--storage nfs:/x', cause: notAllowed, hint: storageHint },
  { line: 'install --storage nfs://nas', object: '--storage nfs://nas', cause: notAllowed, hint: storageHint },
  { line: 'install --storage nfs://nas:/x', object: '--storage nfs://nas:/x', cause: notAllowed, hint: storageHint },
  { line: 'install --storage nfs://nas/x/', object: '--storage nfs://nas/x/', cause: notAllowed, hint: storageHint },
  {
    line: 'install --storage nfs://nas/a/../b',
    object: '--storage nfs://nas/a/../b',
    cause: notAllowed,
    hint: storageHint,
  },
  {
    line: 'install --storage Local',
    object: '--storage Local',
    cause: notAllowed,
    hint: `Did you mean local? ${storageHint}`,
  },
  {
    line: 'install --storage exsting',
    object: '--storage exsting',
    cause: notAllowed,
    hint: `Did you mean existing? ${storageHint}`,
  },
  {
    line: 'install --storage locl',
    object: '--storage locl',
    cause: notAllowed,
    hint: `Did you mean local? ${storageHint}`,
  },
  { line: 'install --storage local:data', object: '--storage local:data', cause: notAllowed, hint: storageHint },
  {
    line: 'install --storage local:/a/../etc',
    object: '--storage local:/a/../etc',
    cause: notAllowed,
    hint: storageHint,
  },
  {
    line: 'install --storage local:/',
    object: '--storage local:/',
    cause: notAllowed,
    hint: `Did you mean local? ${storageHint}`,
  },
  { line: 'install --storage class:', object: '--storage class:', cause: notAllowed, hint: storageHint },
  {
    line: 'install --storage class:Fast_SSD',
    object: '--storage class:Fast_SSD',
    cause: notAllowed,
    hint: storageHint,
  },
  { line: 'install --with ,', object: '--with ,', cause: 'a name is missing', hint: listHint },
  { line: 'install --without ui,', object: '--without ui,', cause: 'a name is missing', hint: listHint },
  {
    line: 'install --set core-data/Writable',
    object: '--set core-data/Writable',
    cause: 'the value is missing',
    hint: settingsHint,
  },
  {
    line: 'install --set Password=hunter2',
    object: '--set Password',
    cause: 'the service is missing',
    hint: settingsHint,
  },
  {
    line: 'install --set /Writable/LogLevel=DEBUG',
    object: '--set /Writable/LogLevel',
    cause: 'the service is missing',
    hint: settingsHint,
  },
  {
    line: 'install --set core-data/=DEBUG',
    object: '--set core-data/',
    cause: 'the path of the setting is missing',
    hint: settingsHint,
  },

  // The environment.
  {
    line: 'install',
    env: { EDGEX_BOOT_TIMEOUT: '15' },
    object: 'EDGEX_BOOT_TIMEOUT=15',
    cause: 'not a duration',
    hint: durationHint,
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_NAMESPACE: 'A' },
    object: 'EDGEX_BOOT_NAMESPACE=A',
    cause: notAllowed,
    hint: namespaceHint,
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_VERIFY: 'off' },
    object: 'EDGEX_BOOT_VERIFY=off',
    cause: 'neither true nor false',
    hint: 'Give it true or false.',
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_DATABASE: 'mong' },
    object: 'EDGEX_BOOT_DATABASE=mong',
    cause: 'no such choice',
    hint: /^Did you mean mongo\?/,
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_SET: 'a/b=1\nc=2' },
    object: 'EDGEX_BOOT_SET=c',
    cause: 'the service is missing',
    hint: settingsHint,
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_DATABSE: 'redis' },
    object: 'EDGEX_BOOT_DATABSE',
    cause: noVariable,
    hint: 'Did you mean EDGEX_BOOT_DATABASE?',
  },
  {
    line: 'plan',
    env: { edgex_boot_timeout: '5m' },
    object: 'edgex_boot_timeout',
    cause: noVariable,
    hint: 'Did you mean EDGEX_BOOT_TIMEOUT?',
  },
  {
    line: 'render',
    env: { EDGEX_BOOT_HELP: '1' },
    object: 'EDGEX_BOOT_HELP',
    cause: noVariable,
    hint: /^(Did you mean|Known are) EDGEX_BOOT_/,
  },
  {
    line: 'install',
    env: { EDGEX_BOOT_UNHEARD_OF: 'x' },
    object: 'EDGEX_BOOT_UNHEARD_OF',
    cause: noVariable,
    hint: /^Known are .*EDGEX_BOOT_KUBECONFIG, /,
  },
];

function run(line: Wrong['line'], env: Readonly<Record<string, string>> = {}): CommandName {
  const invocation = readInvocation(typeof line === 'string' ? line.split(' ') : line);
  assert.equal(invocation.kind, 'run');
  return invocation.kind === 'run' ? resolveOptions(invocation.command, invocation.args, env).command : 'install';
}

for (const { line, env, object, cause, hint } of wrong) {
  const name = [...Object.entries(env ?? {}).map(([key, value]) => `${key}=${value}`), line].flat().join(' ');
  test(`wrong: ${JSON.stringify(name)}`, () => {
    assert.throws(
      () => run(line, env),
      (error) => {
        assert.ok(isBootError(error), String(error));
        const { details } = error;
        assert.equal(details.exit, 'usage');
        assert.equal(details.object, object);
        assert.equal(details.cause, cause);
        if (typeof hint === 'string') assert.equal(details.hint, hint);
        else assert.match(details.hint ?? '', hint);
        return true;
      },
    );
  });
}

test('a value that may be a password is never part of the message', () => {
  for (const line of ['install --set Password=hunter2', 'install --set core/=hunter2']) {
    assert.throws(
      () => run(line),
      (error) => isBootError(error) && !JSON.stringify(error.details).includes('hunter2'),
    );
  }
});
