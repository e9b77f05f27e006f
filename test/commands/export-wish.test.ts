import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { type ExportWish, readExportWish } from '../../src/commands/export/wish.ts';
import { resolveOptions } from '../../src/options/resolve.ts';

function fileWith(test: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-wish-'));
  test.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
}

function wishFrom(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = resolveOptions('verify', args, {});
  const secrets = new Set<string>();
  const wish: ExportWish = readExportWish({ name: '--mqtt', value: options.mqtt ?? '' }, options, { env, secrets });
  return { wish, secrets };
}

test('without a URL any broker will do, and an export service keeps its topic', () => {
  for (const args of [['--mqtt'], ['--mqtt', '--keep'], ['--mqtt=auto']]) {
    const { wish } = wishFrom(args);
    assert.equal(wish.address, undefined);
    assert.equal(wish.topic, undefined);
    assert.equal(wish.defaultTopic, 'edgex-handson-topic');
    assert.equal(wish.keep, args.includes('--keep'));
  }
});

test('a URL, a topic and a user are taken as they are', () => {
  const { wish } = wishFrom(['--mqtt', 'mqtts://10.0.0.7', '--mqtt-topic', 'plant', '--mqtt-username', 'u']);
  assert.deepEqual(wish.address, { host: '10.0.0.7', port: 8883, isTls: true });
  assert.equal(wish.topic, 'plant');
  assert.deepEqual(wish.login, { username: 'u' });
});

test('a password is read from a file, or else from the environment, and becomes a secret', (t) => {
  const path = fileWith(t, 'sesame\n');
  const env = { MQTT_PASSWORD: 'thyme' };
  const fromFile = wishFrom(['--mqtt', '--mqtt-username=u', '--mqtt-password-file', path], env);
  assert.deepEqual(fromFile.wish.login, { username: 'u', password: 'sesame' });
  assert.deepEqual([...fromFile.secrets], ['sesame']);
  const fromEnvironment = wishFrom(['--mqtt', '--mqtt-username=u'], env);
  assert.deepEqual(fromEnvironment.wish.login, { username: 'u', password: 'thyme' });
  assert.deepEqual([...fromEnvironment.secrets], ['thyme']);
});

test('certificates are read from their files', (t) => {
  const path = fileWith(t, 'PEM');
  const { wish } = wishFrom(['--mqtt', '--mqtt-ca', path, '--mqtt-cert', path, '--mqtt-key', path]);
  assert.deepEqual(wish.tls, { ca: 'PEM', cert: 'PEM', key: 'PEM' });
});

const refused: readonly (readonly [args: readonly string[], object: RegExp, hint: RegExp])[] = [
  [['--mqtt', 'mqtt://localhost'], /--mqtt mqtt:\/\/localhost/, /by which the cluster's nodes reach this machine/],
  [['--mqtt', 'mqtt://127.0.0.1:1883'], /127\.0\.0\.1/, /by which the cluster's nodes reach this machine/],
  [['--mqtt', 'mqtt://[::1]'], /::1/, /by which the cluster's nodes reach this machine/],
  [['--mqtt', '--mqtt-ca', '/nowhere'], /--mqtt-ca \/nowhere/, /path/],
  [['--mqtt', '--mqtt-password-file', '/nowhere'], /--mqtt-password-file \/nowhere/, /path/],
  [['--mqtt', '--mqtt-cert', '/nowhere'], /--mqtt-cert/, /--mqtt-key as well/],
  [['--mqtt', '--mqtt-key', '/nowhere'], /--mqtt-key/, /--mqtt-cert as well/],
];

for (const [args, object, hint] of refused) {
  test(`${args.join(' ')} is refused before anything is done`, () => {
    assert.throws(
      () => wishFrom(args),
      (error) => {
        assert.ok(isBootError(error));
        assert.equal(error.details.exit, 'usage');
        assert.match(error.details.object, object);
        assert.match(error.details.hint ?? '', hint);
        return true;
      },
    );
  });
}
