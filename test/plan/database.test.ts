import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { chooseDatabase } from '../../src/plan/database.ts';
import { claimLabel, commonLabels, namespaceLabel } from '../../src/plan/labels.ts';
import { clusterFacts, installedDeployment, installedFacts, noStorage, storageClassFacts } from '../support/facts.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';

const release = fuji();
const mongo = installedDeployment('edgex-mongo');
const redis = installedDeployment('edgex-redis');
const foreign: KubeObject = {
  ...redis,
  metadata: { ...redis.metadata, labels: { ...redis.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' } },
};

function keptBy(kind: string, claim: string, namespace = 'edgex'): KubeObject {
  const labels = { ...commonLabels(release), [claimLabel]: claim, [namespaceLabel]: namespace };
  return { apiVersion: 'v1', kind, metadata: { name: claim, labels } };
}

const factsOf = (architectures: readonly string[], objects: readonly KubeObject[] = []) => ({
  cluster: clusterFacts(...architectures.map((architecture) => ({ architecture }))),
  installed: installedFacts('edgex', objects),
});

const automatic: readonly (readonly [string, readonly string[], readonly KubeObject[], string])[] = [
  ['mongo where every node is amd64', ['amd64', 'amd64'], [], 'mongo'],
  ['redis where one node is arm64', ['amd64', 'amd64', 'arm64'], [], 'redis'],
  ['redis where every node is arm64', ['arm64'], [], 'redis'],
  ['redis where one node is something else', ['amd64', 'arm'], [], 'redis'],
  ['the one that is installed, when an arm64 node has joined', ['amd64', 'arm64'], [mongo], 'mongo'],
  ['the one that is installed, when only amd64 nodes are left', ['amd64'], [redis], 'redis'],
  ["not somebody else's that lies in the namespace", ['amd64'], [foreign], 'mongo'],
  ['the one whose data were kept', ['amd64'], [keptBy('PersistentVolumeClaim', 'redis-data')], 'redis'],
  ['the one whose volume was kept', ['amd64'], [keptBy('PersistentVolume', 'redis-data')], 'redis'],
  [
    'not the one whose data another namespace keeps',
    ['amd64'],
    [keptBy('PersistentVolume', 'redis-data', 'other')],
    'mongo',
  ],
  [
    'the one that runs, where data of both are kept',
    ['amd64'],
    [keptBy('PersistentVolumeClaim', 'mongo-data'), redis, keptBy('PersistentVolumeClaim', 'redis-data')],
    'redis',
  ],
  ['not told by other services', ['arm64'], [installedDeployment('edgex-core-data')], 'redis'],
];
for (const [what, architectures, objects, database] of automatic) {
  test(`auto is ${what}`, () => {
    assert.equal(chooseDatabase(release, 'auto', 'amd64', factsOf(architectures, objects)), database);
  });
}

test('a node that is not ready counts as well, so a second run takes the same database', () => {
  const cluster = clusterFacts({ architecture: 'amd64' }, { architecture: 'arm64', ready: false });
  assert.equal(chooseDatabase(release, 'auto', 'amd64', { cluster, installed: installedFacts('edgex') }), 'redis');
});

test('without a cluster the architecture decides', () => {
  assert.equal(chooseDatabase(release, 'auto', 'amd64'), 'mongo');
  assert.equal(chooseDatabase(release, 'auto', 'arm64'), 'redis');
});

test('what is asked for is taken, and may be what is installed', () => {
  assert.equal(chooseDatabase(release, 'redis', 'amd64', factsOf(['amd64'])), 'redis');
  assert.equal(chooseDatabase(release, 'mongo', 'arm64', factsOf(['arm64'])), 'mongo');
  assert.equal(chooseDatabase(release, 'redis', 'amd64', factsOf(['amd64'], [redis])), 'redis');
});

test('another database than the installed one is refused, since its data would stay behind', () => {
  assert.throws(
    () => chooseDatabase(release, 'redis', 'amd64', factsOf(['amd64'], [mongo])),
    (error: unknown) => {
      assert.ok(isBootError(error));
      assert.equal(error.details.exit, 'preflight');
      assert.equal(error.details.object, '--database redis');
      assert.match(error.details.cause, /namespace edgex has mongo, and its data would stay behind/);
      assert.match(error.details.hint ?? '', /keep mongo.*--namespace/);
      return true;
    },
  );
});

test('a plan takes the database from the facts', () => {
  const storage = { ...noStorage, classes: [storageClassFacts({ name: 'c' })] };
  const plan = (objects: readonly KubeObject[]) =>
    fujiPlan({ database: 'auto', storage: 'class:c', facts: { ...factsOf(['amd64', 'arm64'], objects), storage } });
  assert.equal(plan([]).database, 'redis');
  assert.equal(plan([mongo]).database, 'mongo');
  const names = plan([mongo]).services.map(({ name }) => name);
  assert.ok(names.includes('edgex-mongo') && !names.includes('edgex-redis'));
});
