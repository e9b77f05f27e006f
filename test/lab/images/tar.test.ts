import assert from 'node:assert/strict';
import { mkdtemp, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../run.ts';
import { type TarEntry, tar } from './tar.ts';

const deep = `${'directory/'.repeat(14)}${'f'.repeat(60)}`;

const entries: readonly TarEntry[] = [
  { path: 'd', directory: true, mode: 0o1777 },
  { path: 'd/program', mode: 0o755, uid: 100, gid: 1000, data: Buffer.from('#!/bin/sh\n') },
  { path: 'd/empty', data: Buffer.alloc(0) },
  { path: 'd/link', link: 'program' },
  { path: deep, data: Buffer.alloc(1024, 'x') },
];

test("the system's tar reads what is written: content, modes, owners, links, long paths", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'lab-tar-'));
  t.after(() => rm(dir, { recursive: true }));
  const listed = await run(['tar', '-tv', '--numeric-owner'], { input: [tar(entries)] });
  assert.match(listed, /^drwxrwxrwt 0\/0 +0 1970-01-01 \S+ d\/$/m);
  assert.match(listed, /^-rwxr-xr-x 100\/1000 +10 1970-01-01 \S+ d\/program$/m);
  await run(['tar', '-x', '--no-same-owner', '-C', dir], { input: [tar(entries)] });
  assert.equal(await readFile(join(dir, 'd/program'), 'utf8'), '#!/bin/sh\n');
  assert.equal(await readlink(join(dir, 'd/link')), 'program');
  assert.equal((await stat(join(dir, 'd/empty'))).size, 0);
  assert.equal((await stat(join(dir, deep))).size, 1024);
});

test('a path that no header can hold is refused', () => {
  assert.throws(() => tar([{ path: 'f'.repeat(101), data: Buffer.alloc(0) }]), /too long for a tar archive/);
});
