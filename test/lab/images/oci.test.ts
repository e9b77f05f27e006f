import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../run.ts';
import { parseImages } from './import.ts';
import { withDirectories } from './layers.ts';
import { archiveOf, blobOf, imageOf, layerOf } from './oci.ts';

const low = layerOf(withDirectories([{ path: 'usr/bin/true', mode: 0o755, data: Buffer.from('#!/bin/sh\n') }]));
const high = layerOf([{ path: 'etc', directory: true }]);
const image = imageOf('docker.io/library/sample:1', { Entrypoint: ['/usr/bin/true'], Cmd: ['a'] }, [low, high]);

test('the same files give the same image on every machine', () => {
  // A new figure means that every node gets every image again. The system's tar and containerd read these bytes.
  const golden = 'sha256:f9186618f0a1792476f2c7a87d5692e3476143147abc60300bc23f8b9fe78f46';
  assert.equal(blobOf(Buffer.concat([...archiveOf([image])])).digest, golden);
});

test('an archive has each blob once, and none that the receiver has', async () => {
  const other = imageOf('docker.io/library/other:1', {}, [low]);
  const list = async (present?: ReadonlySet<string>) => {
    const names = await run(['tar', '-t'], { input: archiveOf([image, other], present) });
    return names
      .trim()
      .split('\n')
      .filter((name) => name.startsWith('blobs/'));
  };
  // Two layers, and a manifest and a configuration for each image.
  const all = await list();
  assert.equal(all.length, 6);
  assert.equal(new Set(all).size, 6);
  const rest = await list(new Set([low.digest, image.manifest.digest]));
  assert.equal(rest.length, 4);
  assert.ok(!rest.some((name) => low.digest.endsWith(name.slice('blobs/sha256/'.length))));
});

test('a layer lists the directories of its files, in order, once', () => {
  const data = Buffer.alloc(0);
  const paths = withDirectories([
    { path: 'usr/lib/b', data },
    { path: 'etc/a', data },
    { path: 'usr/lib', directory: true, mode: 0o700 },
  ]);
  assert.deepEqual(
    paths.map(({ path }) => path),
    ['etc', 'etc/a', 'usr', 'usr/lib', 'usr/lib/b'],
  );
  assert.equal(paths.find(({ path }) => path === 'usr/lib')?.mode, 0o700, 'a directory that is given wins');
});

test("containerd's table of images is read", () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const table = `REF                        TYPE                                       DIGEST  SIZE    PLATFORMS   LABELS
docker.io/library/redis:5  application/vnd.oci.image.manifest.v1+json ${digest} 2.4 MiB linux/amd64 managed
`;
  assert.deepEqual([...parseImages(table)], [['docker.io/library/redis:5', digest]]);
});
