import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readArchive } from '../../../src/commands/archive/read.ts';
import { writeArchive } from '../../../src/commands/archive/write.ts';
import type { Manifest } from '../../../src/plan/archive.ts';
import { failureOf } from '../../support/failure.ts';

const date = new Date('2026-01-02T03:04:05Z');
const content: Omit<Manifest, 'format' | 'members'> = {
  program: '0.1.0',
  release: 'fuji',
  version: '1.1.0',
  database: 'redis',
  namespace: 'edgex',
  madeAt: date.toISOString(),
  services: ['a'],
  keys: 1,
  volumes: [{ claim: 'data', contentKiB: 4, uid: 999, gid: 1000 }],
};
const data = Buffer.from('0123456789'.repeat(100));

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'archive-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Writes an archive with two members. */
async function make(t: TestContext): Promise<string> {
  const path = join(folder(t), 'x.backup');
  const writer = await writeArchive(path, date);
  await writer.add('consul/keys.json', (sink) => sink(Buffer.from('[]\n')));
  await writer.add('volumes/data.tar.gz', async (sink) => {
    for (let at = 0; at < data.length; at += 7) await sink(data.subarray(at, at + 7));
  });
  assert.equal(await writer.finish(content), statSync(path).size);
  return path;
}

test('what is written is read again, and only its owner may', async (t) => {
  const path = await make(t);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const archive = await readArchive(path);
  const { members, ...rest } = archive.manifest;
  assert.deepEqual(rest, { format: 'edgex-boot/backup/v1', ...content });
  assert.deepEqual(
    members.map(({ path, sizeBytes }) => [path, sizeBytes]),
    [
      ['consul/keys.json', 3],
      ['volumes/data.tar.gz', 1000],
    ],
  );
  assert.deepEqual(Buffer.concat(await Array.fromAsync(archive.read('volumes/data.tar.gz'))), data);
  await archive.close();
});

test('tar and sha256sum read it', async (t) => {
  const path = await make(t);
  const cwd = folder(t);
  const list = execFileSync('tar', ['-xvf', path], { cwd, encoding: 'utf8' });
  assert.deepEqual(list.trim().split('\n'), ['consul/keys.json', 'volumes/data.tar.gz', 'manifest.json', 'SHA256SUMS']);
  assert.deepEqual(readFileSync(join(cwd, 'volumes/data.tar.gz')), data);
  execFileSync('sha256sum', ['--check', '--quiet', '--strict', 'SHA256SUMS'], { cwd });
});

test('a member that failed half-way can be added again, and leaves nothing behind', async (t) => {
  const path = join(folder(t), 'x.backup');
  const writer = await writeArchive(path, date);
  const failing = writer.add('volumes/data.tar.gz', async (sink) => {
    await sink(Buffer.alloc(5000, 'x'));
    throw new Error('cut');
  });
  await assert.rejects(failing, /cut/);
  await writer.add('volumes/data.tar.gz', (sink) => sink(data));
  await writer.finish(content);
  assert.equal(readFileSync(path).includes('xxx'), false);
  await (await readArchive(path)).close();
});

test('an archive has its name only when it is complete; one that is given up leaves no file', async (t) => {
  const directory = folder(t);
  const path = join(directory, 'x.backup');
  const writer = await writeArchive(path, date);
  await writer.add('consul/keys.json', (sink) => sink(data));
  assert.throws(() => statSync(path));
  await writer.discard();
  assert.throws(() => statSync(`${path}.partial`));
});

test('what an interrupted run left behind is written over, whoever could read it', async (t) => {
  const path = join(folder(t), 'x.backup');
  writeFileSync(`${path}.partial`, Buffer.alloc(9000, 'old'));
  chmodSync(`${path}.partial`, 0o644);
  const writer = await writeArchive(path, date);
  await writer.add('consul/keys.json', (sink) => sink(data));
  await writer.finish(content);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path).includes('oldold'), false);
});

test('a file that is there is not written over', async (t) => {
  const path = join(folder(t), 'x.backup');
  writeFileSync(path, 'my only backup');
  const { exit, object, cause } = await failureOf(writeArchive(path, date));
  assert.deepEqual([exit, object], ['usage', path]);
  assert.match(cause, /there is such a file already/);
  assert.equal(readFileSync(path, 'utf8'), 'my only backup');
});

test('a place where no file can be is told before anything begins', async (t) => {
  const missing = await failureOf(writeArchive(join(folder(t), 'no/x.backup'), date));
  assert.deepEqual([missing.exit, missing.cause], ['usage', 'there is no such file or directory']);
  const directory = await failureOf(writeArchive(folder(t), date));
  assert.deepEqual([directory.exit, directory.cause], ['usage', 'it is a directory']);
});

test('a full disk is told as such', async (t) => {
  const writer = await writeArchive(join(folder(t), 'x.backup'), date);
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
  const { exit, cause } = await failureOf(writer.add('volumes/x.tar.gz', () => Promise.reject(full)));
  assert.deepEqual([exit, cause], ['rollout', 'the disk is full']);
  await writer.discard();
});

test('wherever an archive is cut, it is refused', async (t) => {
  const path = await make(t);
  const whole = readFileSync(path);
  // All but the end mark behind the digests is needed.
  const needed = whole.indexOf('SHA256SUMS', whole.indexOf('manifest.json\0')) + 512 + 3 * 64;
  for (let length = 0; length < needed; length += 256) {
    writeFileSync(path, whole.subarray(0, length));
    const { exit, cause } = await failureOf(readArchive(path));
    assert.equal(exit, 'preflight', `${length} bytes`);
    assert.match(cause, length === 256 ? /no archive/ : /not complete/, `${length} bytes`);
  }
});

test('whichever byte of the content is changed, it is refused', async (t) => {
  const path = await make(t);
  const whole = readFileSync(path);
  const places = ['[]\n', '0123456789', '"namespace"', 'volumes/data.tar.gz\n'].map((text) => whole.lastIndexOf(text));
  for (const at of places) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(path, damaged);
    assert.match((await failureOf(readArchive(path))).cause, /it is damaged: /, `byte ${at}`);
  }
});

test('what is no archive is refused, and so is a tar of somebody else', async (t) => {
  const directory = folder(t);
  const path = join(directory, 'x');
  writeFileSync(path, Buffer.alloc(4000, 'x'));
  assert.match((await failureOf(readArchive(path))).cause, /no archive that edgex-boot made/);
  execFileSync('tar', ['-cf', 'y', 'x'], { cwd: directory });
  assert.match((await failureOf(readArchive(join(directory, 'y')))).cause, /not complete|no archive/);
  assert.match((await failureOf(readArchive(join(directory, 'none')))).cause, /no such file/);
});

test('an archive of a form that is not known yet is refused', async (t) => {
  const path = join(folder(t), 'x.backup');
  const writer = await writeArchive(path, date);
  await writer.add('consul/keys.json', (sink) => sink(data));
  await assert.rejects(writer.finish({ ...content, namespace: 'NO NAME' }), /does not know its form/);
  await writer.discard();
});

test("bytes behind the archive are nobody's business", async (t) => {
  const path = await make(t);
  appendFileSync(path, Buffer.alloc(8192));
  await (await readArchive(path)).close();
});
