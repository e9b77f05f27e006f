import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareVolumes } from '../../src/apply/prepare-volumes.ts';
import { isBootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { draftChanges, type ObjectChange } from '../../src/plan/changes.ts';
import type { Plan } from '../../src/plan/types.ts';
import { fakeClock } from '../consul/fakes.ts';
import { fujiPlan } from '../support/fuji.ts';
import { fakeKube } from './fake-kube.ts';

const plan = fujiPlan({ storage: 'class:fast' });
const created = draftChanges(plan, factsOf(plan.namespace, []));

/** The writes of the last run. */
const made: string[] = [];

/** Runs it where every pod ends at once, and returns the pods that were made. */
async function prepare(
  changes: readonly ObjectChange[],
  endOf: (name: string) => object = () => ({ phase: 'Succeeded' }),
  of: Plan = plan,
): Promise<readonly KubeObject[]> {
  const kube = fakeKube(
    of.directories.map(({ claim }) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `edgex-edgex-${claim}` } },
    })),
  );
  const pods: KubeObject[] = [];
  const create = async (object: KubeObject) => {
    pods.push(object);
    const made = { ...(await kube.create(object)), status: endOf(object.metadata.name) };
    kube.objects.set(`v1 Pod edgex/${object.metadata.name}`, made);
    return made;
  };
  const context = {
    clock: fakeClock(),
    signal: new AbortController().signal,
    deadlineMs: 600_000,
    emit: () => undefined,
  };
  await prepareVolumes(changes, of, { ...context, kube: { ...kube, create } });
  assert.ok(![...kube.objects.keys()].some((key) => key.startsWith('v1 Pod')), 'they are taken away again');
  made.splice(0, made.length, ...kube.log);
  return pods;
}

interface Spec {
  readonly nodeSelector: object;
  readonly securityContext: object;
  readonly volumes: readonly object[];
  readonly containers: readonly {
    readonly name: string;
    readonly resources: object;
    readonly securityContext: object;
  }[];
}

test('each workload’s volumes are tried by a pod of their own, as that workload’s own will be', async () => {
  const pods = await prepare(created);
  assert.deepEqual(
    pods.map(({ metadata }) => metadata.name),
    ['edgex-boot-probe-edgex-core-consul', 'edgex-boot-probe-edgex-mongo', 'edgex-boot-probe-edgex-support-logging'],
  );
  const deployment = plan.objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'edgex-mongo',
  );
  assert.ok(deployment);
  const { template } = deployment.spec as { readonly template: { readonly spec: Spec } };
  const spec = pods[1]?.spec as Spec;
  assert.deepEqual(spec.nodeSelector, template.spec.nodeSelector);
  assert.deepEqual(spec.securityContext, template.spec.securityContext);
  assert.deepEqual(spec.volumes, template.spec.volumes);
  assert.deepEqual(spec.containers[0]?.resources, template.spec.containers[0]?.resources);
  assert.deepEqual(spec.containers[0]?.securityContext, template.spec.containers[0]?.securityContext);
});

test('a workload that is there is left alone: its volume may be in use on another node', async () => {
  const rest = created.map((change) =>
    change.ref.name === 'edgex-mongo' || change.ref.name === 'mongo-data'
      ? { ...change, action: 'unchanged' as const }
      : change,
  );
  const pods = await prepare(rest);
  assert.ok(!pods.some(({ metadata }) => metadata.name.endsWith('mongo')));
});

test('where nothing is new nothing is made', async () => {
  assert.deepEqual(await prepare(created.map((change) => ({ ...change, action: 'unchanged' as const }))), []);
});

test('what went wrong on several volumes is one error', async () => {
  const failed = (name: string) => {
    const message = `${name.endsWith('mongo') ? 'mongo-data' : 'x'} write dd: No space left on device`;
    return { phase: 'Failed', containerStatuses: [{ name: 'probe', state: { terminated: { exitCode: 1, message } } }] };
  };
  await assert.rejects(
    prepare(created, (name) => (name.endsWith('logging') ? { phase: 'Succeeded' } : failed(name))),
    (error) =>
      isBootError(error) &&
      error.details.object === 'volumes x, mongo-data' &&
      error.details.cause === 'the disk is full: nothing can be written in a volume of class fast',
  );
});

test('of volumes that somebody else made, the one that is of no use is named', async () => {
  const volumes = Object.fromEntries(
    plan.services.flatMap(({ row }) => row.claims).map(({ name }) => [name, { name: `pv-${name}`, className: '' }]),
  );
  const existing: Plan = { ...plan, storage: { kind: 'existing', volumes, reason: '' } };
  const message = 'mongo-data write dd: Permission denied';
  const failed = {
    phase: 'Failed',
    containerStatuses: [{ name: 'probe', state: { terminated: { exitCode: 1, message } } }],
  };
  await assert.rejects(
    prepare(created, (name) => (name.endsWith('mongo') ? failed : { phase: 'Succeeded' }), existing),
    (error) => isBootError(error) && /may not write in persistentvolume\/pv-mongo-data$/.test(error.details.cause),
  );
});

test('on a file server one pod makes the directories and tries them, each as its own user', async () => {
  const nfs: Plan = {
    ...plan,
    storage: { kind: 'nfs', server: 'nas', path: '/export', reason: '' },
    directories: [
      {
        ...{ claim: 'redis-data', path: '/export/edgex/redis-data', sizeBytes: 1024 },
        ...{ uid: 999, gid: 1000, mode: '0770', capabilities: [], isKept: false },
      },
    ],
  };
  const [pod, ...others] = await prepare(created, undefined, nfs);
  assert.equal(others.length, 0);
  const spec = pod?.spec as Spec;
  assert.deepEqual(spec.volumes[0], { name: 'root', nfs: { server: 'nas', path: '/export' } });
  assert.deepEqual(
    spec.containers.map(({ name }) => name),
    ['directories', 'probe-redis-data'],
  );
  assert.deepEqual(spec.containers[1]?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    ...{ runAsUser: 999, runAsGroup: 1000 },
    capabilities: { drop: ['ALL'] },
  });
  assert.match(JSON.stringify(spec.containers[0]), /mkdir -p \/volumes\/edgex\/redis-data/);
  assert.ok(made.includes('patch v1 PersistentVolume edgex-edgex-redis-data'), `marked as made: ${made}`);
  const [directory] = nfs.directories;
  assert.ok(directory);
  await prepare(created, undefined, { ...nfs, directories: [{ ...directory, isKept: true }] });
  assert.ok(!made.some((each) => each.startsWith('patch')), 'once is enough');
});
