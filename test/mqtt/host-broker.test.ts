import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { isBootError } from '../../src/base/errors.ts';
import { openBroker } from '../../src/mqtt/client.ts';
import { findMosquitto, ownAddress, startHostBroker } from '../../src/mqtt/host-broker.ts';
import { passwordLine, randomLogin } from '../../src/mqtt/password-file.ts';
import { debianTree, listLibraries } from '../lab/packages.ts';
import { mosquittoHome, mosquittoMissing } from './mosquitto.ts';

const skip = mosquittoMissing() ?? false;
const { signal } = new AbortController();
const dialling = { tls: {}, timeoutMs: 2_000, signal };

/** Mosquitto as a program that any user can start, as a package would install it; gone with the test. */
async function installMosquitto(test: TestContext): Promise<string> {
  const root = await debianTree(() => {});
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-program-'));
  test.after(() => rmSync(folder, { recursive: true }));
  const program = join(root, 'usr/sbin/mosquitto');
  const files = (await listLibraries(root, program)).map((path) => path.replace(/\/$/, ''));
  for (const path of [...files, program]) copyFileSync(path, join(folder, basename(path)));
  const path = join(folder, 'bin-mosquitto');
  const loader = files.find((file) => basename(file).startsWith('ld-linux')) ?? '';
  const command = `"${folder}/${basename(loader)}" --library-path "${folder}" "${folder}/mosquitto" "$@"`;
  writeFileSync(path, `#!/bin/sh\nexec ${command}\n`);
  for (const each of [folder, path]) chmodSync(each, 0o755);
  return path;
}

test('a broker of this machine lets in the one who started it, and nobody else', { skip }, async (t) => {
  const path = await installMosquitto(t);
  const broker = await startHostBroker(path, '127.0.0.1', { clock: systemClock, signal });
  t.after(broker.stop);
  const own = await openBroker(broker.address, broker.login, dialling);
  own.close();
  await assert.rejects(openBroker(broker.address, {}, dialling), { trouble: 'password' });
  await assert.rejects(openBroker(broker.address, { ...broker.login, password: 'guess' }, dialling), {
    trouble: 'password',
  });
  await broker.stop();
  await assert.rejects(openBroker(broker.address, broker.login, dialling), { trouble: 'refused' });
});

test('it ends with the program that started it, even when that is killed', { skip }, async (t) => {
  const path = await installMosquitto(t);
  const child = spawn(process.execPath, ['--input-type=module', '-e', starter, path], {
    cwd: process.cwd(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = JSON.parse(String(await once(child.stdout, 'data')));
  await assert.rejects(openBroker(address, {}, dialling), { trouble: 'password' });
  child.kill('SIGKILL');
  for (let attempt = 0; attempt < 100; attempt++) {
    const error = await openBroker(address, {}, dialling).catch((thrown) => thrown);
    if (error.trouble === 'refused') return;
    await delay(50);
  }
  assert.fail('it is still there');
});

const starter = `
  import { systemClock } from './src/base/clock.ts';
  import { startHostBroker } from './src/mqtt/host-broker.ts';
  const signal = new AbortController().signal;
  const { address } = await startHostBroker(process.argv[1], '127.0.0.1', { clock: systemClock, signal });
  console.log(JSON.stringify(address));
  setInterval(() => {}, 1000);
`;

test('it tidies up after a signal, too, and one for a whole group is for the program that started it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-program-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'mosquitto');
  writeFileSync(path, `#!${process.execPath}\n${listener}`);
  for (const each of [folder, path]) chmodSync(each, 0o755);
  const broker = await startHostBroker(path, '127.0.0.1', { clock: systemClock, signal });
  t.after(broker.stop);
  const socket = connect({ host: '127.0.0.1', port: broker.address.port });
  const { shell, configuration } = JSON.parse(String(await once(socket, 'data').finally(() => socket.destroy())));
  // It leads a group of its own.
  assert.ok(process.kill(-shell, 0));
  assert.ok(existsSync(configuration));
  process.kill(shell, 'SIGTERM');
  for (let attempt = 0; attempt < 100 && existsSync(configuration); attempt++) await delay(50);
  assert.ok(!existsSync(configuration));
});

/** In Mosquitto's place: says on its port whose child it is, and what it was told to read. */
const listener = `
  const { readFileSync } = require('node:fs');
  const configuration = process.argv[3];
  const [, port, host] = /^listener (\\d+) (\\S+)$/m.exec(readFileSync(configuration, 'utf8'));
  require('node:net')
    .createServer((socket) => {
      socket.on('error', () => {});
      socket.end(JSON.stringify({ shell: process.ppid, configuration }));
    })
    .listen(port, host);
`;

test('one that does not start says why, and leaves nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-program-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'mosquitto');
  writeFileSync(path, "#!/bin/sh\necho 'Error: no such thing' >&2; exit 1\n");
  for (const each of [folder, path]) chmodSync(each, 0o777);
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms * 10;
      await delay(20);
    },
  };
  await assert.rejects(startHostBroker(path, '127.0.0.1', { clock, signal }), (error) => {
    assert.ok(isBootError(error));
    assert.match(error.details.evidence?.join() ?? '', /no such thing/);
    assert.match(error.details.hint ?? '', /--mqtt URL/);
    return true;
  });
});

test('the program is looked for on the path, and where systems keep it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-program-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'mosquitto');
  writeFileSync(path, '');
  const usual = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((each) => existsSync(each));
  assert.equal(findMosquitto(`relative:${folder}`), usual);
  chmodSync(path, 0o755);
  assert.equal(findMosquitto(`relative:${folder}`), path);
  assert.equal(findMosquitto(undefined), usual);
});

test("an address is this machine's own when others reach it", () => {
  const outer = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal }) => !internal);
  assert.equal(ownAddress(['127.0.0.1', '192.0.2.255']), undefined);
  if (outer) assert.equal(ownAddress(['192.0.2.255', outer.address]), outer.address);
});

test('Mosquitto understands our lines of a password file', { skip }, async (t) => {
  const home = await mosquittoHome(t);
  const [first, second] = [randomLogin(), randomLogin()];
  assert.notDeepEqual(first, second);
  const passwords = await home.file('passwords', passwordLine(first) + passwordLine(second));
  const { port } = await home.start(['allow_anonymous false', `password_file ${passwords}`]);
  const address = { host: '127.0.0.1', port, isTls: false };
  for (const login of [first, second]) (await openBroker(address, login, dialling)).close();
  const mixed = { username: first.username, password: second.password };
  await assert.rejects(openBroker(address, mixed, dialling), { trouble: 'password' });
});
