import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '../../src/commands/run.ts';

/** Runs `cloud-init` with a site file. */
async function cloudInitOf(t: TestContext, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-cloud-init-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'site.yaml');
  await writeFile(file, text);
  const told = { stdout: '', stderr: '' };
  const output = (name: keyof typeof told) => ({
    write: (piece: string): void => {
      told[name] += piece;
    },
    isTerminal: false,
    columns: () => 0,
    rows: () => 0,
  });
  const code = await run(['cloud-init', '--config', file], {
    env: {},
    stdout: output('stdout'),
    stderr: output('stderr'),
    runName: 'test',
    secrets: new Set(),
    signal: t.signal,
  });
  return { ...told, code, file };
}

const refused: Readonly<Record<string, readonly [text: string, place: string]>> = {
  'an unknown service to install': ['with: [mqtt-exprot]', '1: with: mqtt-exprot'],
  'an unknown service to leave out': ['without: [uii]', '1: without: uii'],
  'a service that has to stay': ['without: [edgex-core-data]', '1: without: edgex-core-data'],
  'an unknown service with settings': ['set: { dataa: { Writable: { LogLevel: DEBUG } } }', '1: set.dataa'],
  'an unknown setting': [
    'services:\n  data:\n    settings:\n      Writable/LogLevl: DEBUG',
    '4: services.data.settings.Writable/LogLevl',
  ],
  'an unknown claim': ['size: [redis-dataa=2Gi]', '1: size: redis-dataa=2Gi'],
  'a patch of nothing': ['patches: [{ kind: Service, name: edgex-uii, patch: {} }]', '1: patches.0.name'],
  'an output that install has not': ['output: junit', '1: output: junit'],
};
for (const [what, [text, place]] of Object.entries(refused)) {
  test(`${what} is refused here, not on every node`, async (t) => {
    const { code, stdout, stderr, file } = await cloudInitOf(t, text);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(`${file}:${place}`), stderr);
  });
}

for (const storage of ['local', 'local:/data/edgex', 'existing', 'class:fast', 'nfs://files/edgex', 'auto']) {
  test(`storage ${storage} is left to the node`, async (t) => {
    const { code, stdout, stderr } = await cloudInitOf(t, `storage: ${storage}`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^#cloud-config\n/);
    assert.equal(stderr, '');
  });
}

test('a patch of a volume that only the node will have is left to it', async (t) => {
  const patch = 'patches: [{ kind: PersistentVolume, name: edgex-edgex-consul-data, patch: {} }]';
  for (const storage of ['local', 'auto']) {
    const { code, stderr } = await cloudInitOf(t, `storage: ${storage}\n${patch}`);
    assert.equal(code, 0, stderr);
  }
  const { code, stderr } = await cloudInitOf(t, `storage: class:fast\n${patch}`);
  assert.equal(code, 2, stderr);
});

test('what only nodes of one architecture would refuse is said, and printed all the same', async (t) => {
  const patch = 'patches: [{ kind: Deployment, name: edgex-redis, patch: { metadata: { annotations: { a: b } } } }]';
  const { code, stdout, stderr } = await cloudInitOf(t, patch);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^#cloud-config\n/);
  assert.match(stderr, /site\.yaml:1: patches\.0\.name: nodes that are amd64 would refuse it: there is no deployment/);
  assert.doesNotMatch(stderr, /arm64/);
});
