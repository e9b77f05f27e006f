import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { hasK3s, installK3s, type K3sContext } from '../../src/apply/k3s.ts';
import { type K3sFound, planK3s } from '../../src/plan/k3s.ts';
import { failureOf } from '../support/failure.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** An empty machine, and a directory of files that were brought along. */
function place(files: Readonly<Record<string, string>> = {}) {
  const base = mkdtempSync(join(tmpdir(), 'edgex-boot-k3s-'));
  made.push(base);
  const [root, media] = [join(base, 'root'), join(base, 'media')];
  for (const path of [root, media]) mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(media, name), content);
  const told: string[] = [];
  const { signal } = new AbortController();
  const env = { INSTALL_K3S_VERSION: 'v1.34.4+k3s1', http_proxy: 'http://proxy:3128', SECRET: 'hunter2' };
  const context: K3sContext = { root, signal, env, wantsIngress: false, tell: (message) => told.push(message) };
  return { root, media, context, told };
}

/** What an installer does, as far as it is looked for. */
const makeUnit = (root: string): string =>
  `mkdir -p ${root}/etc/systemd/system && touch ${root}/etc/systemd/system/k3s.service\n`;

/** A file of the machine. */
function put(root: string, path: string, content = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const found: K3sFound = {
  ...{ path: '/media/k3s', kind: 'program', beside: ['k3s'], isPlaced: false, hasConfig: false },
  ...{ wantsIngress: false, env: {} },
};

describe('the plan for k3s', () => {
  it('from the program: its unit, its configuration, and the archives of images beside it', () => {
    const steps = planK3s({ ...found, beside: ['k3s', 'images-arm64.tar.zst', 'notes.txt'] });
    const written = steps.flatMap((step) => (step.kind === 'write' ? [step.path] : []));
    assert.deepEqual(written, ['/etc/rancher/k3s/config.yaml', '/etc/systemd/system/k3s.service']);
    const copied = steps.flatMap((step) => (step.kind === 'copy' ? [step.to] : []));
    assert.deepEqual(copied, ['/var/lib/rancher/k3s/agent/images/images-arm64.tar.zst', '/usr/local/bin/k3s']);
    assert.deepEqual(steps.at(-1), { kind: 'run', argv: ['systemctl', 'start', '--no-block', 'k3s.service'] });
  });

  it('from the installer: without the network where the program lies beside it', () => {
    const run = (beside: readonly string[]) =>
      planK3s({ ...found, path: '/media/install.sh', kind: 'installer', beside }).at(-1);
    assert.deepEqual(run(['install.sh', 'k3s']), {
      kind: 'run',
      argv: ['/bin/sh', '/media/install.sh'],
      env: { INSTALL_K3S_SKIP_DOWNLOAD: 'true' },
    });
    assert.deepEqual(run(['install.sh']), { kind: 'run', argv: ['/bin/sh', '/media/install.sh'], env: {} });
  });

  it('from the installer: without the network, and with nothing to copy, where the program is at its place', () => {
    const installer = { ...found, path: '/media/install.sh', kind: 'installer', beside: ['install.sh'] } as const;
    const steps = planK3s({ ...installer, isPlaced: true });
    assert.deepEqual(
      steps.map(({ kind }) => kind),
      ['write', 'run'],
    );
    assert.deepEqual(steps.at(-1), {
      kind: 'run',
      argv: ['/bin/sh', '/media/install.sh'],
      env: { INSTALL_K3S_SKIP_DOWNLOAD: 'true' },
    });
  });

  it('the installer gets what is its own of the environment, and it counts', () => {
    const own = {
      INSTALL_K3S_VERSION: 'v1.34.4+k3s1',
      INSTALL_K3S_SKIP_DOWNLOAD: 'false',
      K3S_TOKEN: 't',
      HTTPS_PROXY: 'http://proxy:3128',
      no_proxy: 'localhost',
    };
    const env = { ...own, HOME: '/root', MY_K3S_TOKEN: 'x', ALL_PROXY: 'socks5://proxy', K3S_URL: '' };
    const steps = planK3s({ ...found, path: '/media/install.sh', kind: 'installer', env });
    assert.deepEqual(steps.at(-1), { kind: 'run', argv: ['/bin/sh', '/media/install.sh'], env: own });
    for (const step of planK3s({ ...found, env })) if (step.kind === 'run') assert.equal(step.env, undefined);
  });

  it('leaves a configuration alone, and keeps traefik where the site wants an Ingress', () => {
    const configOf = (changes: object) =>
      planK3s({ ...found, ...changes }).find((step) => step.kind === 'write' && step.path.endsWith('config.yaml'));
    assert.equal(configOf({ hasConfig: true }), undefined);
    assert.match(JSON.stringify(configOf({})), /traefik/);
    assert.doesNotMatch(JSON.stringify(configOf({ wantsIngress: true })), /traefik/);
  });
});

describe('the installation of k3s', () => {
  it('runs an installer, with the program beside it in its place', async () => {
    const { root, media, context } = place({ k3s: '\x7fELF program' });
    const script = join(media, 'install.sh');
    const variables = '$INSTALL_K3S_SKIP_DOWNLOAD $INSTALL_K3S_VERSION $http_proxy [$HOME$SECRET]';
    writeFileSync(script, `#!/bin/sh\necho "${variables}" > ${root}/ran\n${makeUnit(root)}`);
    assert.equal(hasK3s(root), false);
    await installK3s(script, context);
    assert.equal(readFileSync(join(root, 'ran'), 'utf8'), 'true v1.34.4+k3s1 http://proxy:3128 []\n');
    assert.equal(hasK3s(root), true);
    assert.equal(statSync(join(root, 'usr/local/bin/k3s')).mode & 0o777, 0o755);
    assert.equal(statSync(join(root, 'etc/rancher/k3s/config.yaml')).mode & 0o777, 0o600);
  });

  it('begins anew where it was cut off, though the program is there already', async () => {
    const { root, media, context } = place({ k3s: '\x7fELF program' });
    const script = join(media, 'install.sh');
    writeFileSync(script, '#!/bin/sh\nkill -9 $$\n');
    await failureOf(installK3s(script, context));
    assert.ok(existsSync(join(root, 'usr/local/bin/k3s')));
    assert.equal(hasK3s(root), false);
    writeFileSync(script, `#!/bin/sh\n${makeUnit(root)}`);
    await installK3s(script, context);
    assert.equal(hasK3s(root), true);
  });

  it('is still to do where only the program lies at its place: nothing would start it', () => {
    const { root } = place();
    put(root, 'usr/local/bin/k3s');
    assert.equal(hasK3s(root), false);
    for (const starter of [
      'lib/systemd/system/k3s.service',
      'etc/systemd/system/k3s-agent.service',
      'etc/systemd/system/k3s-edge.service',
      'etc/init.d/k3s',
    ]) {
      put(root, starter);
      assert.equal(hasK3s(root), true, starter);
      rmSync(join(root, starter));
    }
  });

  it('takes the program that was there before, however often it is cut off, but not what an installer left', async () => {
    for (const wasThere of [true, false]) {
      const { root, media, context } = place();
      const script = join(media, 'install.sh');
      if (wasThere) put(root, 'usr/local/bin/k3s', '\x7fELF whole');
      const bin = `${root}/usr/local/bin`;
      writeFileSync(script, `#!/bin/sh\nmkdir -p ${bin} && touch ${bin}/k3s\nkill -9 $$\n`);
      for (let round = 0; round < 2; round++) await failureOf(installK3s(script, context));
      writeFileSync(script, `#!/bin/sh\necho "$INSTALL_K3S_SKIP_DOWNLOAD" > ${root}/ran\n`);
      await installK3s(script, context);
      assert.equal(readFileSync(join(root, 'ran'), 'utf8'), wasThere ? 'true\n' : '\n');
    }
  });

  it('puts a program that lies at its own place there anew, as one that can be run', async () => {
    const { root, context } = place();
    put(root, 'usr/local/bin/k3s', '\x7fELF whole');
    put(root, 'usr/local/bin/install.sh', '#!/bin/sh\n');
    await installK3s(join(root, 'usr/local/bin/install.sh'), context);
    const program = join(root, 'usr/local/bin/k3s');
    assert.equal(readFileSync(program, 'latin1'), '\x7fELF whole');
    assert.equal(statSync(program).mode & 0o777, 0o755);
  });

  it('tells which step failed, with the last words of what was run', async () => {
    const { media, context } = place();
    const script = join(media, 'install.sh');
    writeFileSync(script, '#!/bin/sh\necho "no space left" >&2\nexit 3\n');
    const details = await failureOf(installK3s(script, context));
    assert.equal(details.exit, 'rollout');
    assert.match(details.cause, /exit code 3/);
    assert.deepEqual(details.evidence, ['no space left']);
  });

  it('refuses what is neither, what is not there, and runs nothing of it', async () => {
    const { root, media, context } = place({ 'k3s.zip': 'PK' });
    assert.match(
      (await failureOf(installK3s(join(media, 'k3s.zip'), context))).cause,
      /neither a program nor a script/,
    );
    assert.match((await failureOf(installK3s(join(media, 'k3s'), context))).cause, /can't be read \(ENOENT\)/);
    assert.ok(!existsSync(join(root, 'usr')));
  });

  it('takes a file that was loaded before when it has the digest, and asks nobody', async () => {
    const { root, context, told } = place();
    const script = `#!/bin/sh\ntouch ${root}/ran\n`;
    mkdirSync(join(root, 'var/lib/edgex-boot'), { recursive: true });
    writeFileSync(join(root, 'var/lib/edgex-boot/k3s-source'), script);
    const digest = createHash('sha256').update(script).digest('hex');
    await installK3s(`https://nowhere.invalid/install.sh#sha256=${digest}`, context);
    assert.ok(existsSync(join(root, 'ran')));
    assert.ok(!told.some((message) => message.startsWith('loading')));
  });

  it('says so when an address gives nothing', async () => {
    const { context } = place();
    const details = await failureOf(installK3s(`https://127.0.0.1:1/k3s#sha256=${'0'.repeat(64)}`, context));
    assert.equal(details.exit, 'preflight');
    assert.match(details.cause, /can't be loaded \(ECONNREFUSED\)/);
  });
});
