import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { boot, eventually } from '../support/boot.ts';
import { capture, type Outcome } from '../support/exec.ts';

/** What somebody may get wrong: each is one clear message with the place and the next step, and nothing is written. */

const namespace = 'wrong-input-test';
/** Without a terminal a cluster that isn't there would be waited for. */
const install = ['install', '--namespace', namespace, '--wait-cluster', '0s'];

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    what: 'an unknown option',
    args: [...install, '--databse', 'redis'],
    code: 2,
    says: [/--databse/, /--database\?/],
  },
  {
    what: 'an option value',
    args: [...install, '--database', 'rediss'],
    code: 2,
    says: [/--database rediss/, /redis/],
  },
  {
    what: 'a service name',
    args: [...install, '--with', 'mqtt-exprot'],
    code: 2,
    says: [/--with mqtt-exprot/, /Did you mean mqtt-export\?/],
  },
  {
    what: 'a service that others need',
    args: [...install, '--without', 'edgex-core-data'],
    code: 2,
    says: [/--without edgex-core-data/, /not optional/],
  },
  {
    what: 'a setting',
    args: [...install, '--set', 'edgex-core-data/Writable/LogLevle=DEBUG'],
    code: 2,
    says: [/edgex-core-data\/Writable\/LogLevle/, /Did you mean Writable\/LogLevel\?/],
  },
  {
    what: 'a storage class',
    args: [...install, '--storage', 'class:nvme'],
    code: 3,
    says: [/--storage class:nvme/, /no storage class of this name/],
  },
  {
    what: 'a namespace name',
    args: ['install', '--namespace', 'Edge_X'],
    code: 2,
    says: [/--namespace Edge_X/, /lower-case/],
  },
  {
    what: 'a kubeconfig that is missing',
    args: [...install, '--kubeconfig', '/nowhere/config'],
    code: 8,
    says: [/--kubeconfig \/nowhere\/config/, /not there/],
  },
  {
    what: 'a context that is missing',
    args: [...install, '--context', 'edgex-boot-lba'],
    code: 2,
    says: [/--context edgex-boot-lba/, /Did you mean edgex-boot-lab\?/],
  },
];

function check({ code, says }: Pick<Case, 'code' | 'says'>, { code: actual, stderr, stdout }: Outcome): void {
  assert.equal(actual, code, stderr);
  for (const words of says) assert.match(stderr, words);
  assert.equal(stderr.match(/^(\S+Z )?error: /gm)?.length, 1, `one message:\n${stderr}`);
  assert.match(stderr, /^next: /m);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no raw exception');
  assert.equal(stdout, '');
}

async function assertNothingWritten(lab: Lab): Promise<void> {
  const found = await lab.kubectl([
    'get',
    'namespace,pv',
    '-o',
    'name',
    '-l',
    'app.kubernetes.io/managed-by=edgex-boot',
  ]);
  assert.doesNotMatch(found, new RegExp(namespace));
  assert.equal(await lab.kubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name']), '');
}

labTest('each wrong input is told in one message with the place and the next step', async (lab) => {
  for (const wrong of cases) {
    try {
      check(wrong, await boot(lab, wrong.args));
    } catch (error) {
      throw new Error(wrong.what, { cause: error });
    }
  }
  await assertNothingWritten(lab);
});

labTest('a kubeconfig that may not be read, or that points nowhere', async (lab) => {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-'));
  try {
    await chmod(folder, 0o755);
    const binary = join(folder, 'edgex-boot');
    const kubeconfig = join(folder, 'config');
    await copyFile('dist/edgex-boot', binary);
    await writeFile(kubeconfig, await lab.kubectl(['config', 'view', '--raw']), { mode: 0o600 });
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', binary, ...install];
    const hidden = await capture('setpriv', [...asNobody, '--kubeconfig', kubeconfig], { env: {} });
    check({ code: 8, says: [new RegExp(kubeconfig), /may not read it/, /as root/] }, hidden);

    const view = (await lab.kubectl(['config', 'view', '--raw'])).replace(/server: .*/, 'server: https://127.0.0.1:1');
    await writeFile(kubeconfig, view);
    const nowhere = await capture(binary, [...install, '--kubeconfig', kubeconfig], { env: {} });
    check({ code: 8, says: [/https:\/\/127\.0\.0\.1:1/, /nothing listens there/] }, nowhere);
  } finally {
    await rm(folder, { recursive: true });
  }
  await assertNothingWritten(lab);
});

labTest('a cluster that denies is asked for everything at once', async (lab) => {
  const account = 'wrong-input-test';
  const inDefault = ['-n', 'default'];
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-'));
  try {
    await lab.kubectl([...inDefault, 'create', 'serviceaccount', account]);
    const token = (await lab.kubectl([...inDefault, 'create', 'token', account])).trim();
    const kubeconfig = join(folder, 'config');
    const view = JSON.parse(await lab.kubectl(['config', 'view', '--raw', '-o', 'json']));
    const users = [{ name: 'admin', user: { token } }];
    await writeFile(kubeconfig, JSON.stringify({ ...view, users }));
    const asAccount = { KUBECONFIG: kubeconfig };
    const denied = await eventually(
      'the account is known',
      () => capture('./dist/edgex-boot', install, { env: asAccount }),
      ({ stderr }) => !/does not accept the credentials/.test(stderr),
    );
    check({ code: 8, says: [/nodes/, /ClusterRole/, /deployments/] }, denied);
    assert.ok(!denied.stderr.includes(token), 'the token is not shown');
  } finally {
    await rm(folder, { recursive: true });
    await lab.kubectl([...inDefault, 'delete', 'serviceaccount', account, '--ignore-not-found']);
  }
  await assertNothingWritten(lab);
});
