import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { version } from '../../src/base/version.ts';
import { capture } from '../support/exec.ts';
import { builtFolder } from './built.ts';
import { arm64Command, arm64Unsupported } from './emulator.ts';

const reason = arm64Unsupported();
// In CI a green run always means that it ran.
const skip = reason !== undefined && !process.env.CI ? reason : false;

test('the arm64 executable runs, and gives what the x64 one gives', { skip }, async () => {
  const dist = await builtFolder();
  const [command, ...args] = await arm64Command(join(dist, 'edgex-boot-linux-arm64'));
  const started = await capture(command, [...args, '--version'], { env: {} });
  assert.deepEqual([started.code, started.stdout, started.stderr], [0, `edgex-boot ${version}\n`, '']);

  const render = ['config', 'render', '--output', 'json'];
  const emulated = await capture(command, [...args, ...render], { env: {} });
  const native = await capture(join(dist, 'edgex-boot'), render, { env: {} });
  assert.deepEqual([emulated.code, emulated.stderr], [0, '']);
  assert.equal(emulated.stdout, native.stdout);
});
