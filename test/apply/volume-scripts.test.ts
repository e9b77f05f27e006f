import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  directoryScript,
  type MountedDirectory,
  parseTroubles,
  probeScript,
  probeWhenMade,
} from '../../src/apply/volume-scripts.ts';

/** The scripts run in this machine's shell, with the pods' paths moved into a directory of the test's. */

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'volumes-'));
  for (const name of ['volumes', 'state']) mkdirSync(join(place, name));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function run(script: string) {
  const moved = script
    .replaceAll('/volumes', join(place, 'volumes'))
    .replaceAll('/state', join(place, 'state'))
    .replaceAll('/dev/termination-log', join(place, 'report'));
  const { status, stderr } = spawnSync('sh', ['-c', moved], { encoding: 'utf8', timeout: 10_000 });
  const report = join(place, 'report');
  const message = existsSync(report) ? readFileSync(report, 'utf8') : '';
  rmSync(report, { force: true });
  return { status, stderr, troubles: parseTroubles(message) };
}

const directory = (changes: Partial<MountedDirectory> = {}): MountedDirectory => ({
  claim: 'redis-data',
  path: '/var/lib/edgex/edgex/redis-data',
  inside: '/volumes/edgex/redis-data',
  sizeBytes: 1024,
  uid,
  gid,
  mode: '0770',
  capabilities: [],
  isKept: false,
  ...changes,
});
const probed = { claim: 'redis-data', directory: '/volumes/edgex/redis-data', gives: false };
const made = () => join(place, 'volumes/edgex/redis-data');

test('a directory is made with its mode, tried, and left empty', () => {
  assert.deepEqual(run(directoryScript([directory()])), { status: 0, stderr: '', troubles: [] });
  assert.equal(statSync(made()).mode & 0o777, 0o770);
  assert.deepEqual(run(probeWhenMade(probed)), { status: 0, stderr: '', troubles: [] });
  assert.deepEqual(readdirSync(made()), []);
});

test('one that is there keeps what is in it, and the bit that the kubelet set', () => {
  mkdirSync(join(made(), 'kept'), { recursive: true });
  chmodSync(made(), 0o2770);
  assert.equal(run(directoryScript([directory()])).status, 0);
  assert.deepEqual(readdirSync(made()), ['kept']);
  assert.equal(statSync(made()).mode & 0o7777, 0o2770);
});

test('nothing is made where there is no room for all, and nothing is tried then', () => {
  const large = directory({ sizeBytes: 2 ** 60 });
  const { status, troubles } = run(directoryScript([directory({ inside: '/volumes/edgex/other' }), large]));
  assert.equal(status, 1);
  assert.equal(troubles.length, 1);
  assert.equal(troubles[0]?.step, 'space');
  assert.match(troubles[0]?.words ?? '', new RegExp(`^\\d+ ${2 ** 50 + 1}$`));
  assert.deepEqual(readdirSync(join(place, 'volumes')), []);
  assert.deepEqual(run(probeWhenMade(probed)), { status: 0, stderr: '', troubles: [] });
});

test('a directory that was made before is not made again: its disk is missing, and nothing may be written in its place', () => {
  const { status, troubles } = run(
    directoryScript([directory({ claim: 'new', inside: '/volumes/edgex/new' }), directory({ isKept: true })]),
  );
  assert.equal(status, 1);
  assert.deepEqual(
    troubles.map(({ claim, step }) => `${claim} ${step}`),
    ['redis-data find'],
  );
  assert.match(troubles[0]?.words ?? '', /No such file/);
  assert.deepEqual(readdirSync(join(place, 'volumes')), []);
  mkdirSync(made(), { recursive: true });
  assert.equal(run(directoryScript([directory({ isKept: true })])).status, 0);
});

test('where another cluster has its data nothing is touched; its own come back to it', () => {
  const homeOf = (clusterId: string) => ({ inside: '/volumes/edgex', clusterId });
  mkdirSync(join(place, 'volumes/edgex'));
  writeFileSync(join(place, 'volumes/edgex/.edgex-boot'), '');
  assert.equal(run(directoryScript([directory()], homeOf('1111-a'))).status, 0);
  writeFileSync(join(made(), 'dump.rdb'), 'x');
  chmodSync(made(), 0o700);
  const other = run(directoryScript([directory(), directory({ inside: '/volumes/edgex/b' })], homeOf('2222-b')));
  assert.equal(other.status, 1);
  assert.deepEqual(other.troubles, [{ claim: '*', step: 'taken', words: '1111-a' }]);
  assert.equal(statSync(made()).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(place, 'volumes/edgex')), ['.edgex-boot', 'redis-data']);
  assert.equal(run(directoryScript([directory()], homeOf('1111-a'))).status, 0);
});

test('where nobody can say whose it is, as where root is squashed, the directories are made even so', () => {
  mkdirSync(join(place, 'volumes/edgex/.edgex-boot'), { recursive: true });
  const home = { inside: '/volumes/edgex', clusterId: '1111-a' };
  assert.deepEqual(run(directoryScript([directory()], home)), { status: 0, stderr: '', troubles: [] });
});

test('what is there already needs no room', () => {
  mkdirSync(made(), { recursive: true });
  assert.equal(run(directoryScript([directory({ sizeBytes: 2 ** 60 })])).status, 0);
});

test('every claim whose directory can not be made is told, with the words of the system', () => {
  const file = ['/volumes/file/a', '/volumes/file/b'];
  run(`echo x > /volumes/file`);
  const { status, troubles } = run(
    directoryScript(file.map((inside, index) => directory({ claim: `c-${index}`, inside }))),
  );
  assert.equal(status, 1);
  assert.deepEqual(
    troubles.map(({ claim, step }) => [claim, step]),
    [
      ['c-0', 'make'],
      ['c-1', 'make'],
    ],
  );
  assert.match(troubles[0]?.words ?? '', /Not a directory|File exists/i);
});

/** As where a file server takes root for nobody. */
const squash = `chown() { echo "chown: Operation not permitted" >&2; return 1; }\n`;
const stranger = directory({ uid: uid + 1 });

test('a directory that can not be given to its user becomes one for all, and that is told and no failure', () => {
  assert.deepEqual(run(squash + directoryScript([stranger])), {
    status: 0,
    stderr: '',
    troubles: [{ claim: 'redis-data', step: 'own', words: 'chown: Operation not permitted' }],
  });
  assert.equal(statSync(made()).mode & 0o777, 0o777);
  assert.equal(run(probeWhenMade(probed)).status, 0);
});

test('a service that gives its files away is tried in that, too', () => {
  run(directoryScript([directory()]));
  const { status, troubles } = run(squash + probeScript([{ ...probed, gives: true }]));
  assert.equal(status, 1);
  assert.deepEqual(
    troubles.map(({ step }) => step),
    ['give'],
  );
});

test('a volume that can not be written tells so', () => {
  const { status, troubles } = run(probeScript([{ ...probed, directory: '/volumes/none' }]));
  assert.equal(status, 1);
  assert.equal(troubles[0]?.step, 'write');
  assert.match(troubles[0]?.words ?? '', /No such file or directory/);
});

test('a probe that was cut short is no hindrance to the next one', () => {
  mkdirSync(join(made(), 'x'), { recursive: true });
  run('echo half > /volumes/edgex/redis-data/.edgex-boot-probe');
  assert.equal(run(probeScript([probed])).status, 0);
  assert.deepEqual(readdirSync(made()), ['x']);
});

test('lines of another form are no troubles', () => {
  assert.deepEqual(parseTroubles('Killed\n\nredis-data write dd: failed\nredis-data dance'), [
    { claim: 'redis-data', step: 'write', words: 'dd: failed' },
  ]);
});
