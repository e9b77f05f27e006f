import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CopyPod, mountOf } from '../../src/apply/copy-pod.ts';
import { stateMount } from '../../src/apply/copy-scripts.ts';
import {
  deliverVolume,
  discardDelivery,
  fetchVolume,
  inspectVolume,
  replaceContent,
} from '../../src/apply/copy-volume.ts';
import { failureOf } from '../support/failure.ts';

const claim = 'data';

interface LocalPod extends CopyPod {
  /** Its volume, as this machine sees it. */
  readonly volume: string;
}

/** A pod that is a shell of this machine, with directories of its own. */
function localPod(t: TestContext, spoil: (chunk: Buffer) => Buffer = (chunk) => chunk): LocalPod {
  const root = mkdtempSync(join(tmpdir(), 'copy-'));
  t.after(() => {
    spawnSync('chmod', ['-R', 'u+rwx', root]);
    rmSync(root, { recursive: true });
  });
  const volume = join(root, 'volume');
  for (const path of [volume, join(root, 'state')]) mkdirSync(path);
  const local = (script: string): string =>
    script.replaceAll(mountOf(claim), volume).replaceAll(stateMount, join(root, 'state'));

  const run: CopyPod['run'] = async (script, { stdin, stdout } = {}) => {
    const shell = spawn('sh', ['-c', local(script)]);
    let stderr = '';
    shell.stderr.on('data', (text) => (stderr += text));
    shell.stdin.on('error', () => undefined);
    const closed = new Promise<number>((resolve) => shell.on('close', (code) => resolve(code ?? 255)));
    const feed = (async () => {
      for await (const piece of stdin ?? []) shell.stdin.write(piece);
      // Only what is asked for ends the input, as with an old API server.
    })();
    for await (const chunk of shell.stdout) await stdout?.(spoil(chunk));
    await feed;
    const exitCode = await closed;
    return { exitCode, stderr: stderr.trim() };
  };
  const ask: CopyPod['ask'] = async (script) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', local(script)], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  return { name: 'pod', run, ask, volume };
}

async function fetchAll(pod: CopyPod): Promise<{ readonly bytes: Buffer; readonly contentKiB: number }> {
  const pieces: Uint8Array[] = [];
  const contentKiB = await fetchVolume(pod, claim, async (chunk) => {
    pieces.push(chunk);
  });
  return { bytes: Buffer.concat(pieces), contentKiB };
}

async function deliverAll(pod: CopyPod, bytes: Buffer, sha256 = digest(bytes)): Promise<void> {
  await deliverVolume(pod, claim, { sizeBytes: bytes.length, sha256, pieces: piecesOf(bytes) });
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Everything that a tar has to bear: odd names, modes, links, depth, and a directory that is nobody's business. */
function fill(volume: string): void {
  mkdirSync(join(volume, 'a/b'), { recursive: true });
  mkdirSync(join(volume, 'lost+found'));
  writeFileSync(join(volume, 'a/b/big'), Buffer.alloc(300_000, 'x'));
  writeFileSync(join(volume, '-dash and blank'), 'dash');
  writeFileSync(join(volume, '.hidden'), 'hidden');
  writeFileSync(join(volume, '..two'), 'dots');
  symlinkSync('nowhere', join(volume, 'link'));
  chmodSync(join(volume, 'a'), 0o750);
  chmodSync(join(volume, '.hidden'), 0o640);
}

const names = ['-dash and blank', '..two', '.hidden', 'a', 'link'];

test('a volume goes out and comes back as it was, with nothing left beside it', async (t) => {
  const source = localPod(t);
  fill(source.volume);
  const { bytes, contentKiB } = await fetchAll(source);
  assert.ok(contentKiB >= 290 && contentKiB < 400, `${contentKiB} KiB`);

  const target = localPod(t);
  mkdirSync(join(target.volume, 'lost+found'));
  await deliverAll(target, bytes);
  assert.deepEqual(await inspectVolume(target, claim).then(({ entries }) => entries), 0);
  await replaceContent(target, claim);
  assert.deepEqual(readdirSync(target.volume).toSorted(), [...names, 'lost+found'].toSorted());
  assert.equal(readFileSync(join(target.volume, 'a/b/big')).length, 300_000);
  assert.equal(statSync(join(target.volume, 'a')).mode & 0o7777, 0o750);
  assert.equal(statSync(join(target.volume, '.hidden')).mode & 0o7777, 0o640);
});

test('an empty volume is one, too', async (t) => {
  const target = localPod(t);
  await deliverAll(target, (await fetchAll(localPod(t))).bytes);
  await replaceContent(target, claim);
  assert.deepEqual(readdirSync(target.volume), []);
});

test('what is there stays until all has come, and then goes', async (t) => {
  const source = localPod(t);
  fill(source.volume);
  const { bytes } = await fetchAll(source);
  const target = localPod(t);
  writeFileSync(join(target.volume, 'old'), 'old');
  writeFileSync(join(target.volume, '.hidden'), 'old, too');
  await deliverAll(target, bytes);
  assert.equal(readFileSync(join(target.volume, '.hidden'), 'utf8'), 'old, too');
  const { entries, isHalfRestored, freeKiB } = await inspectVolume(target, claim);
  assert.deepEqual([entries, isHalfRestored], [2, true]);
  assert.ok(freeKiB > 0);
  await replaceContent(target, claim);
  assert.deepEqual(readdirSync(target.volume).toSorted(), names.toSorted());
  assert.equal(readFileSync(join(target.volume, '.hidden'), 'utf8'), 'hidden');
});

test('a delivery can be taken away again, and begun anew on the remains of another', async (t) => {
  const source = localPod(t);
  fill(source.volume);
  const { bytes } = await fetchAll(source);
  const target = localPod(t);
  mkdirSync(join(target.volume, '.edgex-boot-restore/half'), { recursive: true });
  await deliverAll(target, bytes);
  assert.equal(readdirSync(join(target.volume, '.edgex-boot-restore')).includes('half'), false);
  await discardDelivery(target, claim);
  assert.deepEqual(readdirSync(target.volume), []);
});

test('a stream that loses its end, or a byte on its way, is known', async (t) => {
  const cut = localPod(t, (chunk) => chunk.subarray(1));
  fill(cut.volume);
  await assert.rejects(fetchAll(cut), { trouble: 'lost' });

  const source = localPod(t);
  fill(source.volume);
  const { bytes } = await fetchAll(source);
  const damaged = Buffer.from(bytes);
  damaged[4] = (damaged[4] ?? 0) ^ 1;
  const target = localPod(t);
  await assert.rejects(deliverAll(target, damaged, digest(bytes)), { trouble: 'lost' });
  assert.deepEqual(readdirSync(target.volume), ['.edgex-boot-restore']);
});

test('content that is no tar is told in the words of those who read it', async (t) => {
  const details = await failureOf(deliverAll(localPod(t), Buffer.from('no archive at all')));
  assert.equal(details.exit, 'rollout');
  assert.equal(details.object, 'persistentvolumeclaim/data');
  assert.match(details.cause, /can not be written/);
});

test('a full volume is told as such', async () => {
  const full: CopyPod = {
    name: 'pod',
    run: async () => ({ exitCode: 0, stderr: '' }),
    ask: async () => `${'0'.repeat(64)} 1 0\ntar: write error: No space left on device\nend\n`,
  };
  const details = await failureOf(
    deliverVolume(full, claim, { sizeBytes: 0, sha256: '', pieces: piecesOf(Buffer.of()) }),
  );
  assert.equal(details.cause, 'its volume is full');
  assert.deepEqual(details.evidence, ['tar: write error: No space left on device']);
});

test('an answer that is cut is no answer', async (t) => {
  const pod = localPod(t);
  for (const text of ['', 'abc 0 0\nend\n', `${'0'.repeat(64)} 0 0\n`, `${'0'.repeat(64)} 0 0\nwords\nen`]) {
    await assert.rejects(fetchAll({ ...pod, ask: async () => text }), { trouble: 'lost' });
  }
  for (const text of ['', '1 0', '1 0 100']) {
    await assert.rejects(inspectVolume({ ...pod, ask: async () => text }, claim), { trouble: 'lost' });
  }
});
