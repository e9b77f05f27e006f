import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { importImages } from '../../src/apply/image-archive.ts';
import { isBootError } from '../../src/base/errors.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A machine with one tool, which notes how it was called. */
function machine(tool: string, script: string) {
  const dir = mkdtempSync(join(tmpdir(), 'edgex-boot-images-'));
  made.push(dir);
  const archive = join(dir, 'images.tar');
  writeFileSync(archive, 'x');
  writeFileSync(join(dir, tool), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, tool), 0o755);
  const { signal } = new AbortController();
  return { dir, archive, context: { env: { PATH: dir, SECRET: 'hunter2' }, signal } };
}

const tools = { k3s: 'ctr images import', ctr: '--namespace k8s.io images import' } as const;

for (const [tool, args] of Object.entries(tools)) {
  test(`${tool} imports an archive, and gets nothing of the environment`, async () => {
    const { dir, archive, context } = machine(tool, 'echo "$@ [$SECRET]" > "$(dirname "$0")/called"');
    await importImages(archive, context);
    assert.equal(readFileSync(join(dir, 'called'), 'utf8'), `${args} ${archive} []\n`);
  });
}

test("RKE2's own tool is found outside of every PATH, and told where its containerd listens", async () => {
  const { dir, archive, context } = machine('ctr', 'exit 1');
  const place = join(dir, 'var/lib/rancher/rke2/bin');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'ctr'), '#!/bin/sh\necho "$@ [$CONTAINERD_ADDRESS]" > "$(dirname "$0")/called"\n', {
    mode: 0o755,
  });
  const called = () => readFileSync(join(place, 'called'), 'utf8');
  const args = `--namespace k8s.io images import ${archive}`;
  await importImages(archive, { ...context, root: dir });
  assert.equal(called(), `--address /run/k3s/containerd/containerd.sock ${args} []\n`);
  const env = { ...context.env, CONTAINERD_ADDRESS: '/run/own.sock' };
  await importImages(archive, { ...context, env, root: dir });
  assert.equal(called(), `${args} [/run/own.sock]\n`, 'what somebody names himself is taken');
});

test('a failed import has the last words of the tool', async () => {
  const { archive, context } = machine('k3s', 'echo "archive/tar: invalid tar header" >&2; exit 1');
  await assert.rejects(importImages(archive, context), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'rollout');
    assert.deepEqual(error.details.evidence, ['archive/tar: invalid tar header']);
    return true;
  });
});

test('an archive that is not there is told before anything is called', async () => {
  const { dir, archive, context } = machine('k3s', 'touch "$(dirname "$0")/called"');
  await assert.rejects(importImages(`${archive}.gz`, context), /the file is not there/);
  assert.ok(!existsSync(join(dir, 'called')));
});
