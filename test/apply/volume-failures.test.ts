import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOpen, describeTroubles, type TriedPlace, troublesOf } from '../../src/apply/volume-failures.ts';
import { parseTroubles } from '../../src/apply/volume-scripts.ts';
import type { Pod } from '../../src/base/kube-types.ts';

const volumes = [
  { claim: 'consul-data', path: '/srv/edgex/consul-data', uid: 100, gid: 1000 },
  { claim: 'redis-data', path: '/srv/edgex/redis-data', uid: 999, gid: 1000 },
];
const local: TriedPlace = { text: '/srv on node pi', node: 'pi', volumes };
const nfs: TriedPlace = { text: 'nas:/srv', server: 'nas', node: 'pi', volumes };
const ofClass: TriedPlace = {
  text: 'a volume of class fast',
  node: 'pi',
  volumes: volumes.map(({ claim, uid, gid }) => ({ claim, uid, gid })),
};

const cases: readonly (readonly [
  what: string,
  place: TriedPlace,
  message: string,
  object: string,
  cause: RegExp,
  hint: RegExp,
])[] = [
  [
    'too little room, with the figures and what to do about them',
    local,
    '* space 102400 786432',
    '/srv on node pi',
    /^it has 100 MiB free, and the volumes that are missing there take 768 MiB; none was made$/,
    /--size CLAIM=QUANTITY \(claims: consul-data, redis-data\)/,
  ],
  [
    'a disk that is not mounted any more',
    local,
    'redis-data find ls: /volumes/edgex/redis-data: No such file or directory',
    'persistentvolumeclaim/redis-data',
    /^the directory of a volume that was in use is missing: \/srv\/edgex\/redis-data$/,
    /^Is everything mounted on node pi\?.*uninstall --purge-data/,
  ],
  [
    "another cluster's data",
    nfs,
    '* taken 1111-a',
    'nas:/srv',
    /^another cluster \(1111-a\) has its data in nas:\/srv, in \/srv\/edgex$/,
    /another --namespace or another export\..* delete \/srv\/edgex\/\.edgex-boot/,
  ],
  [
    'a full disk',
    local,
    'redis-data write dd: error writing: No space left on device',
    'persistentvolumeclaim/redis-data',
    /^the disk is full: nothing can be written in \/srv on node pi$/,
    /node pi: df -h$/,
  ],
  [
    'a quota of a file server, which is a full disk too',
    nfs,
    'redis-data write dd: error writing: Disk quota exceeded',
    'persistentvolumeclaim/redis-data',
    /^the disk is full/,
    /^Make room on nas\.$/,
  ],
  [
    'a read-only file system, once for all volumes',
    local,
    'consul-data make mkdir: Read-only file system\nredis-data make mkdir: Read-only file system',
    'volumes consul-data, redis-data',
    /^\/srv on node pi is read-only$/,
    /^Mount it for writing on node pi/,
  ],
  [
    'a read-only export',
    nfs,
    'redis-data write dd: Read-only file system',
    'persistentvolumeclaim/redis-data',
    /^nas:\/srv is read-only$/,
    /rw in \/etc\/exports/,
  ],
  [
    'root_squash, where no directory can be made',
    nfs,
    "redis-data make mkdir: can't create directory: Permission denied",
    'persistentvolumeclaim/redis-data',
    /root_squash\): in nas:\/srv no directory can be made there$/,
    /no_root_squash, or on nas do yourself: mkdir -p \/srv\/edgex\/redis-data && chown 999:1000 \/srv\/edgex\/redis-data$/,
  ],
  [
    'root_squash, where a directory belongs to nobody',
    nfs,
    'redis-data own chown: Operation not permitted\nredis-data write dd: Permission denied',
    'persistentvolumeclaim/redis-data',
    /root_squash\): in nas:\/srv no directory can be given to the user of its service$/,
    /no_root_squash/,
  ],
  [
    'root_squash, where a service begins as root',
    nfs,
    'redis-data own chown: Operation not permitted\nredis-data give chown: Operation not permitted',
    'persistentvolumeclaim/redis-data',
    /a service that begins as root can not give its files/,
    /^Export it with no_root_squash\.$/,
  ],
  [
    'a directory of the server that is somebody else’s',
    nfs,
    'redis-data write dd: Permission denied',
    'persistentvolumeclaim/redis-data',
    /^user 999:1000 may not write in \/srv\/edgex\/redis-data$/,
    /^On nas: chown 999:1000 \/srv\/edgex\/redis-data$/,
  ],
  [
    'a volume of a class that the user may not write',
    ofClass,
    'redis-data write dd: Permission denied',
    'persistentvolumeclaim/redis-data',
    /^user 999:1000 may not write in a volume of class fast$/,
    /node pi/,
  ],
  [
    'a stale handle',
    nfs,
    'redis-data write dd: Stale file handle',
    'persistentvolumeclaim/redis-data',
    /not what the node has mounted any more/,
    /nas exports/,
  ],
  [
    'a broken disk',
    local,
    'redis-data read grep: Input/output error',
    'persistentvolumeclaim/redis-data',
    /^\/srv on node pi fails: grep/,
    /dmesg$/,
  ],
  [
    'a disk that forgets',
    local,
    'redis-data read ',
    'persistentvolumeclaim/redis-data',
    /what was read is not what was written/,
    /file system/,
  ],
];

for (const [what, place, message, object, cause, hint] of cases) {
  test(`one cause for ${what}`, () => {
    const { details } = describeTroubles(parseTroubles(message), place);
    assert.equal(details.exit, 'rollout');
    assert.equal(details.object, object);
    assert.match(details.cause, cause);
    assert.match(details.hint ?? '', hint);
  });
}

test('what to do for several volumes is one hint', () => {
  const message = 'consul-data make mkdir: Permission denied\nredis-data make mkdir: Permission denied';
  const { cause, hint } = describeTroubles(parseTroubles(message), nfs).details;
  assert.match(cause, /^nas takes root for somebody else[^;]*$/);
  assert.equal(hint?.match(/no_root_squash/g)?.length, 1);
  assert.match(hint ?? '', /chown 100:1000 \/srv\/edgex\/consul-data && mkdir -p \/srv\/edgex\/redis-data/);
});

test('a directory that is open to all is worth a warning, one that has its owner is not', () => {
  const warning = describeOpen(parseTroubles('redis-data own chown: Operation not permitted'), nfs);
  assert.equal(warning?.object, 'nas:/srv');
  assert.match(warning?.message ?? '', /^the directories of redis-data can't be given/);
  assert.match(warning?.hint ?? '', /chown 999:1000 \/srv\/edgex\/redis-data && chmod 0770 /);
  assert.equal(describeOpen([], nfs), undefined);
});

test('a pod that failed without a word is told all the same', () => {
  const { details } = describeTroubles([], local);
  assert.equal(details.object, '/srv on node pi');
  assert.match(details.cause, /could not be tried/);
});

test('what every container told counts', () => {
  const status = (message: string) => ({ state: { terminated: { exitCode: 1, message } } });
  const pod = { status: { containerStatuses: [status('a make x\n'), { state: {} }, status('b write y')] } };
  assert.deepEqual(
    troublesOf(pod as unknown as Pod).map(({ claim }) => claim),
    ['a', 'b'],
  );
});
