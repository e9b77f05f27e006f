import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isBootError } from '../../../src/base/errors.ts';
import { status } from '../../../src/commands/status.ts';
import { resolveOptions } from '../../../src/options/resolve.ts';
import { status as answer, type Behaviour, kubeconfigFor, startApi } from '../../kube/fake-api.ts';

/** Runs `status` against an API server that does the same with every request. */
async function statusAgainst(t: TestContext, behaviour: Behaviour): Promise<string> {
  const api = await startApi(t, behaviour);
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-status-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfigFor(api.url).document, { mode: 0o600 });
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  const output = { write, isTerminal: false, columns: () => 0, rows: () => 0 };
  const program = { env: {}, stdout: output, stderr: output, runName: 'test', secrets: new Set<string>() };
  await status(resolveOptions('status', ['--kubeconfig', file], {}), { ...program, signal: t.signal });
  return text;
}

test('of an API server that never answers it is said so, and nobody waits for it', async (t) => {
  await assert.rejects(statusAgainst(t, 'silence'), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'cluster');
    assert.equal(error.details.cause, 'no answer in time');
    return true;
  });
});

test('a user without rights is told which one is missing', async (t) => {
  const denied = answer(403, 'Forbidden', 'x is forbidden: User "u" cannot list resource "deployments"');
  await assert.rejects(
    statusAgainst(t, denied),
    (error) => isBootError(error) && /cannot list resource "deployments"/.test(error.message),
  );
});

test('an empty cluster has nothing installed, which is no error', async (t) => {
  const empty: Behaviour = { status: 200, body: { items: [], metadata: { name: '' }, gitVersion: 'v1.34.4' } };
  assert.equal(await statusAgainst(t, empty), 'nothing is installed in namespace edgex, Kubernetes v1.34.4\n');
});
