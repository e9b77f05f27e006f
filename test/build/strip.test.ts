import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripProgram } from '../../build/strip.ts';
import { capture } from '../support/exec.ts';

test('a stripped program is smaller and does the same; stripped again it stays as it is', async () => {
  const whole = readFileSync(process.execPath);
  const stripped = stripProgram(whole);
  assert.ok(stripped.length < whole.length - 10e6);
  assert.ok(stripProgram(stripped).equals(stripped));

  const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-strip-'));
  const path = join(folder, 'node');
  writeFileSync(path, stripped, { mode: 0o755 });
  const script =
    'console.log(process.version, new Intl.NumberFormat("de").format(1e6), WebAssembly.validate(new Uint8Array()))';
  const [before, after] = [await capture(process.execPath, ['-e', script]), await capture(path, ['-e', script])];
  rmSync(folder, { recursive: true });
  assert.deepEqual([after.code, after.stdout, after.stderr], [0, before.stdout, before.stderr]);
});

test('what is not a program is refused', () => {
  assert.throws(() => stripProgram(Buffer.from('#!/bin/sh\n')), /not a 64-bit ELF program/);
});
