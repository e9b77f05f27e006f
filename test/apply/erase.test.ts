import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eraseDirectories } from '../../src/apply/erase.ts';
import { isBootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import type { Erasure } from '../../src/plan/erasures.ts';
import { fakeClock } from '../consul/fakes.ts';
import { fuji } from '../support/fuji.ts';
import { fakeKube } from './fake-kube.ts';

const erasure: Erasure = {
  release: fuji(),
  namespace: 'edgex',
  site: { kind: 'local', hostname: 'gateway', root: '/var/lib/edgex' },
  claims: ['consul-data', 'redis-data'],
  kept: [],
  image: 'consul:1.3.1',
  architecture: 'amd64',
};

interface EraserPod extends KubeObject {
  readonly spec: {
    readonly nodeSelector: object;
    readonly volumes: readonly object[];
    readonly containers: readonly { readonly command: readonly string[] }[];
  };
}

const clusterId = '1111-a';
const lasting: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: clusterId } };

/** The pod that is made for an erasure, in a cluster where it ends like this at once. */
async function podFor(changes: Partial<Erasure> = {}, phase = 'Succeeded'): Promise<EraserPod> {
  const kube = fakeKube([lasting]);
  let pod: KubeObject | undefined;
  const create = async (object: KubeObject): Promise<KubeObject> => {
    pod = object;
    const made = { ...(await kube.create(object)), status: { phase } };
    kube.objects.set('v1 Pod edgex/edgex-boot-erase', made);
    return made;
  };
  const logs = async () => 'rm: redis-data: Read-only file system\n';
  const signal = new AbortController().signal;
  await eraseDirectories(
    { ...erasure, ...changes },
    { kube: { ...kube, create, logs }, clock: fakeClock(), signal, deadlineMs: 60_000 },
  );
  return pod as EraserPod;
}

/** Runs the pod's script over a directory that stands for the root of the volumes. */
async function eraseIn(root: string, changes: Partial<Erasure> = {}) {
  const pod = await podFor(changes);
  const report = `${root}.report`;
  writeFileSync(report, '');
  const script = pod.spec.containers[0]?.command.at(-1) ?? 'exit 99';
  const moved = script.replaceAll('/volumes', root).replaceAll('/dev/termination-log', report);
  const { status, stdout } = spawnSync('/bin/sh', ['-c', moved], { encoding: 'utf8' });
  const told = readFileSync(report, 'utf8');
  rmSync(report);
  return { status, stdout, told };
}

function rootWith(test: TestContext, ...files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'erase-'));
  test.after(() => rmSync(root, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  return root;
}

const remains = (root: string) =>
  execFileSync('find', ['.', '-mindepth', '1'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean).toSorted();

test('the directories of the claims go with all that is in them, and that of the namespace', async (t) => {
  const root = rootWith(
    t,
    'edgex/redis-data/a/b',
    'edgex/redis-data/.hidden',
    'edgex/consul-data/raft/x y',
    'other/redis-data/c',
  );
  const { status } = await eraseIn(root);
  assert.equal(status, 0);
  assert.deepEqual(remains(root), ['./other', './other/redis-data', './other/redis-data/c']);
});

test('what else lies beside them stays, and so does the directory of the namespace', async (t) => {
  const root = rootWith(t, 'edgex/redis-data/a', 'edgex/mongo-data/b', 'c');
  assert.equal((await eraseIn(root)).status, 0);
  assert.deepEqual(remains(root), ['./c', './edgex', './edgex/mongo-data', './edgex/mongo-data/b']);
});

test('a directory that should be there and is not is told', async (t) => {
  const root = rootWith(t, 'edgex/redis-data/a');
  const kept = ['consul-data', 'redis-data'];
  const { status, told } = await eraseIn(root, { kept });
  assert.deepEqual([status, told], [0, 'consul-data\n']);
  assert.deepEqual(remains(root), []);
  assert.equal((await eraseIn(rootWith(t), { kept })).told, 'consul-data\nredis-data\n');
});

test('what the pod told of it counts, and its log is not asked for where all went well', async () => {
  const kube = fakeKube([lasting]);
  const terminated = { exitCode: 0, message: 'redis-data\n' };
  const create = async (object: KubeObject): Promise<KubeObject> => {
    const status = { phase: 'Succeeded', containerStatuses: [{ name: 'erase', state: { terminated } }] };
    const made = { ...(await kube.create(object)), status };
    kube.objects.set('v1 Pod edgex/edgex-boot-erase', made);
    return made;
  };
  const logs = () => Promise.reject(new Error('no log'));
  const context = { clock: fakeClock(), signal: new AbortController().signal, deadlineMs: 60_000 };
  const found = await eraseDirectories(
    { ...erasure, kept: ['consul-data', 'redis-data'] },
    { ...context, kube: { ...kube, create, logs } },
  );
  assert.deepEqual(found, ['redis-data']);
});

test("another cluster's data on the same export stay, and what says whose they are goes with the last", async (t) => {
  const site = { kind: 'nfs', server: 'nas', root: '/export' } as const;
  const theirs = rootWith(t, 'edgex/redis-data/a');
  writeFileSync(join(theirs, 'edgex/.edgex-boot'), '2222-b\n');
  const { status, stdout } = await eraseIn(theirs, { site });
  assert.deepEqual([status, stdout], [1, 'the data are of another cluster: 2222-b\n']);
  assert.ok(existsSync(join(theirs, 'edgex/redis-data/a')));
  for (const [file, left] of [
    ['mongo-data/b', ['.edgex-boot', 'mongo-data']],
    ['redis-data/b', undefined],
  ] as const) {
    const ours = rootWith(t, `edgex/${file}`);
    writeFileSync(join(ours, 'edgex/.edgex-boot'), `${clusterId}\n`);
    assert.equal((await eraseIn(ours, { site })).status, 0);
    assert.deepEqual(existsSync(join(ours, 'edgex')) ? readdirSync(join(ours, 'edgex')) : undefined, left);
  }
});

test('where there is nothing any more it has nothing to do', async (t) => {
  const root = rootWith(t, 'c');
  assert.equal((await eraseIn(root)).status, 0);
  assert.deepEqual(remains(root), ['./c']);
});

test("a link is not followed into somebody else's directory", async (t) => {
  const root = rootWith(t, 'theirs/redis-data/a', 'edgex/consul-data/b');
  symlinkSync(join(root, 'theirs/redis-data'), join(root, 'edgex/redis-data'));
  assert.equal((await eraseIn(root)).status, 0);
  assert.deepEqual(readdirSync(root), ['theirs']);
  assert.ok(existsSync(join(root, 'theirs/redis-data/a')));
  symlinkSync(join(root, 'theirs'), join(root, 'edgex'));
  const { status, stdout } = await eraseIn(root);
  assert.deepEqual([status, stdout], [1, 'edgex is a link\n']);
  assert.ok(existsSync(join(root, 'theirs/redis-data/a')));
});

test('what can not be deleted is no success', async (t) => {
  const root = rootWith(t, 'edgex/redis-data/a');
  const pod = await podFor();
  const script = pod.spec.containers[0]?.command.at(-1)?.replaceAll('/volumes', root) ?? '';
  const { status } = spawnSync('/bin/sh', ['-c', `rm() { :; }\n${script}`]);
  assert.equal(status, 1);
});

test('what can not be looked at is not known to be gone', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async (t) => {
  const root = rootWith(t, 'edgex/redis-data/a');
  chmodSync(root, 0o755);
  chmodSync(join(root, 'edgex/redis-data'), 0o770);
  const pod = await podFor();
  const script = pod.spec.containers[0]?.command.at(-1)?.replaceAll('/volumes', root) ?? '';
  // As root is to a server that takes it for somebody else.
  const { status } = spawnSync('/bin/sh', ['-c', script], { uid: 65_534, gid: 65_534 });
  assert.equal(status, 1);
  assert.ok(existsSync(join(root, 'edgex/redis-data/a')));
});

test('the pod runs on the node where the directories are, and sees nothing above them', async () => {
  const { spec } = await podFor();
  assert.deepEqual(spec.nodeSelector, { 'kubernetes.io/hostname': 'gateway' });
  assert.deepEqual(spec.volumes, [{ name: 'root', hostPath: { path: '/var/lib/edgex', type: 'DirectoryOrCreate' } }]);
});

test('directories on a file server are reached from any node that can run the shell', async () => {
  const { spec } = await podFor({ site: { kind: 'nfs', server: 'nas', root: '/export' }, architecture: 'arm64' });
  assert.deepEqual(spec.nodeSelector, { 'kubernetes.io/arch': 'arm64' });
  assert.deepEqual(spec.volumes, [{ name: 'root', nfs: { server: 'nas', path: '/export' } }]);
});

test('a failure is told in the words of the pod', async () => {
  await assert.rejects(podFor({}, 'Failed'), (error: unknown) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'rollout');
    assert.match(
      error.details.cause,
      /not all data below \/var\/lib\/edgex on node gateway could be deleted; claims and volumes are kept/,
    );
    assert.deepEqual(error.details.evidence, ['rm: redis-data: Read-only file system']);
    return true;
  });
});

for (const name of ['..', '', '/', 'a b', 'x;rm', '-rf']) {
  test(`${JSON.stringify(name)} is no directory to delete`, async () => {
    await assert.rejects(podFor({ claims: [name] }), /no name of a directory/);
    await assert.rejects(podFor({ namespace: name }), /no name of a directory/);
  });
}
