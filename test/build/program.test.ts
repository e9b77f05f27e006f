import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { version } from '../../src/base/version.ts';
import { capture } from '../support/exec.ts';
import { builtProgram } from './built.ts';

/** The executable file as somebody meets it who has nothing else of the project. */

let program = '';
let folder = '';
const folders: string[] = [];

before(async () => {
  program = await builtProgram();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgex-boot-test-'));
  folders.push(folder);
});
after(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

test('it runs in an empty folder with an empty environment', async () => {
  const { code, stdout, stderr } = await capture(program, ['--version'], { cwd: folder, env: {} });
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `edgex-boot ${version}\n`, stderr: '' });
});

test('it carries the release: the settings are the same as from the sources', async () => {
  const args = ['config', 'render', '--output', 'json'];
  const fromSources = await capture(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...args]);
  const { code, stdout } = await capture(program, args, { cwd: folder, env: {} });
  assert.equal(code, 0);
  assert.ok(stdout.length > 10_000);
  assert.equal(stdout, fromSources.stdout);
});

test('the environment can put no code into it', async () => {
  const foreign = join(folder, 'foreign.cjs');
  const marker = join(folder, 'it-ran');
  writeFileSync(foreign, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`);
  const env = { NODE_OPTIONS: `--require ${foreign}` };

  await capture(process.execPath, ['-e', '0'], { env });
  assert.ok(existsSync(marker), 'the foreign code works in plain Node');

  rmSync(marker);
  const { code, stderr } = await capture(program, ['--help'], { env });
  assert.deepEqual({ code, stderr, ran: existsSync(marker) }, { code: 0, stderr: '', ran: false });
});

test('a signal opens no debugger', async () => {
  // An API server that never answers keeps the program waiting.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(`https://127.0.0.1:${address.port}`));

  const child = spawn(program, ['plan'], { env: { KUBECONFIG: kubeconfig }, stdio: 'ignore' });
  const ended = once(child, 'close');
  const connected = once(server, 'connection').then(() => true);
  assert.ok(await Promise.race([connected, ended.then(() => false)]), 'it asks the server');
  const caught = caughtSignals(child.pid);
  child.kill('SIGKILL');
  await ended;
  server.close();

  assert.ok(caught.includes(signals.SIGTERM), 'it does catch others');
  assert.ok(!caught.includes(signals.SIGUSR1), 'nothing in it answers SIGUSR1');
  assert.ok(caughtSignals(process.pid).includes(signals.SIGUSR1), 'as something does in plain Node');
});

const signals = { SIGUSR1: 10, SIGTERM: 15 };

/** The signals that a process has a handler for, as the kernel knows them. */
function caughtSignals(pid: number | undefined): readonly number[] {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  assert.ok(mask);
  return Object.values(signals).filter((signal) => ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n);
}

const kubeconfigFor = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: { token: 'test' } }],
  });
