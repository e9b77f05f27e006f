import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cached, keyOf } from './cache.ts';
import { cacheDir } from './places.ts';

/** The cache in an empty directory, for one test. */
async function ownCache(t: TestContext): Promise<string> {
  const before = process.env.XDG_CACHE_HOME;
  const dir = await mkdtemp(join(tmpdir(), 'lab-cache-'));
  process.env.XDG_CACHE_HOME = dir;
  t.after(async () => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    await rm(dir, { recursive: true });
  });
  return join(dir, 'edgex-boot');
}

test('the key depends on where one part ends and the next begins', () => {
  assert.notEqual(keyOf('ab', 'c'), keyOf('a', 'bc'));
  assert.equal(keyOf('ab', 'c'), keyOf(Buffer.from('ab'), 'c'));
});

test('a thing is made once', async (t) => {
  await ownCache(t);
  let made = 0;
  const make = async (dir: string) => {
    made += 1;
    await writeFile(join(dir, 'file'), 'content');
  };
  const first = await cached('thing', 'key', make);
  assert.equal(await cached('thing', 'key', make), first);
  assert.equal(made, 1);
  assert.equal(await readFile(join(first, 'file'), 'utf8'), 'content');
});

test('what fails half-way does not get the name, and does not spoil the next attempt', async (t) => {
  const root = await ownCache(t);
  const failing = cached('thing', 'key', async (dir) => {
    await writeFile(join(dir, 'half'), '');
    throw new Error('interrupted');
  });
  await assert.rejects(failing, /interrupted/);
  assert.ok(!(await readdir(root)).includes('thing-key'));
  const dir = await cached('thing', 'key', (draft) => writeFile(join(draft, 'whole'), ''));
  assert.deepEqual(await readdir(dir), ['whole']);
  assert.deepEqual(await readdir(root), ['thing-key']);
});

test('the cache is where the environment says, else in the home, else of the system', () => {
  assert.equal(cacheDir({ XDG_CACHE_HOME: '/x' }, '/home/me'), '/x/edgex-boot');
  assert.equal(cacheDir({}, '/home/me'), '/home/me/.cache/edgex-boot');
  assert.equal(cacheDir({}, '/'), '/var/cache/edgex-boot');
});
