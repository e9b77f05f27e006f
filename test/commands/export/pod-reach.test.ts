import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { attemptScript } from '../../../src/commands/export/pod-reach.ts';
import { capture } from '../../support/exec.ts';

/** A try of one second, by an `nc` that does this. */
function attempt(t: TestContext, nc: string) {
  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-nc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'nc');
  writeFileSync(path, `#!/bin/sh\n${nc}\n`);
  chmodSync(path, 0o755);
  const script = attemptScript({ host: 'broker', port: 1883, isTls: false }, 1);
  // As Kubernetes takes it.
  assert.equal(script.includes('$$'), false);
  return capture('/bin/sh', ['-c', script], { env: { PATH: `${folder}:${process.env.PATH}` } });
}

test('a try from a pod ends by itself, whatever time its image took', async (t) => {
  const { code, stdout, elapsedMs } = await attempt(t, 'exit 1');
  assert.equal(code, 143);
  assert.match(stdout, /^waiting for broker/);
  assert.ok(elapsedMs < 10_000, `${elapsedMs} ms`);
});

test('a try from a pod is over when it gets through', async (t) => {
  const { code, stdout } = await attempt(t, 'exit 0');
  assert.equal(code, 0);
  assert.match(stdout, /^done: broker/);
});
