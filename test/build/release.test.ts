import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ownBase } from '../../build/base.ts';
import { filesBelow } from '../../build/files.ts';
import { root } from '../../build/places.ts';
import { makeRelease } from '../../build/release.ts';
import { capture } from '../support/exec.ts';
import { builtFolder } from './built.ts';

/** The files of a release, and how they are made. */

const maxSizeBytes = 115e6;
const executables = ['edgex-boot-linux-x64', 'edgex-boot-linux-arm64'];

let dist = '';
const again = mkdtempSync(join(tmpdir(), 'edgex-boot-release-'));

before(async () => {
  dist = await builtFolder();
  await makeRelease(again);
});
after(() => rmSync(again, { recursive: true }));

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

test('SHA256SUMS has the hash of every executable', () => {
  const expected = executables.map((name) => `${sha256(join(dist, name))}  ${name}\n`).join('');
  assert.equal(readFileSync(join(dist, 'SHA256SUMS'), 'utf8'), expected);
});

test('dist/edgex-boot is the executable of this machine', () => {
  assert.equal(sha256(join(dist, 'edgex-boot')), sha256(join(dist, `edgex-boot-linux-${process.arch}`)));
});

test('two builds in different folders give the same bits', () => {
  const sums = readFileSync(join(again, 'SHA256SUMS'), 'utf8');
  assert.equal(sums, readFileSync(join(dist, 'SHA256SUMS'), 'utf8'));
});

test(`an executable has at most ${maxSizeBytes / 1e6} MB`, () => {
  const tooBig = executables
    .map((name) => [name, statSync(join(dist, name)).size] as const)
    .filter(([, size]) => size > maxSizeBytes);
  assert.deepEqual(tooBig, []);
});

test('an executable has every file of assets/ in it', async () => {
  const executable = readFileSync(join(dist, 'edgex-boot'));
  const assets = join(root, 'assets');
  const missing = (await filesBelow(assets)).filter((path) => !executable.includes(readFileSync(join(assets, path))));
  assert.deepEqual(missing, []);
});

test('the executable of this machine takes its code caches', async () => {
  const script = `
    const { readdirSync, readFileSync } = require('node:fs');
    const { Script } = require('node:vm');
    const { wrap } = require(${JSON.stringify(join(root, 'build/modules.ts'))});
    const chunks = readdirSync('.').filter((name) => name.endsWith('.js'));
    const rejected = (filename) =>
      new Script(wrap(readFileSync(filename, 'utf8')), { filename, cachedData: readFileSync(filename + '.cache') }).cachedDataRejected;
    console.log(JSON.stringify(chunks.filter(rejected)));`;
  const code = join(again, 'code');
  assert.ok(readdirSync(code).includes('main.js.cache'));
  const { stdout, stderr } = await capture(await ownBase(), ['-e', script], { cwd: code });
  assert.equal(stdout, '[]\n', stderr);
});
