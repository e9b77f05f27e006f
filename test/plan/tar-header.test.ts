import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { blockBytes, decodeHeader, encodeHeader, paddingBytes } from '../../src/plan/tar-header.ts';

const gib = 1024 ** 3;

for (const sizeBytes of [0, 1, 511, 512, 8 * gib - 1, 8 * gib, 1024 * gib + 1]) {
  test(`a file of ${sizeBytes} bytes is read as it was written, by tar too`, () => {
    const header = encodeHeader({ path: 'volumes/x.tar.gz', sizeBytes }, 0);
    assert.deepEqual(decodeHeader(header), { path: 'volumes/x.tar.gz', sizeBytes });
    // tar lists a file before it misses its content.
    const list = `tar --utc -tvf - 2>/dev/null || true`;
    const said = execFileSync('sh', ['-c', list], { input: header, encoding: 'utf8' });
    assert.match(said, new RegExp(`^-rw------- 0/0 +${sizeBytes} 1970-01-01 00:00 volumes/x\\.tar\\.gz\n`));
  });
}

test('what is no header of a plain file is none', () => {
  const header = encodeHeader({ path: 'x', sizeBytes: 1 }, 0);
  assert.equal(decodeHeader(Buffer.alloc(blockBytes)), undefined);
  assert.equal(decodeHeader(header.subarray(1)), undefined);
  const changed = Buffer.from(header);
  changed.write('y', 0);
  assert.equal(decodeHeader(changed), undefined);
});

test('files are filled up to whole blocks', () => {
  assert.deepEqual([0, 1, 511, 512, 513].map(paddingBytes), [0, 511, 1, 0, 511]);
});

test('a path that has no room is a fault of the program', () => {
  assert.throws(() => encodeHeader({ path: 'x'.repeat(101), sizeBytes: 0 }, 0), /too long/);
});
