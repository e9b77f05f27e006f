import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareDirectories } from '../../src/apply/directories.ts';
import type { OneShotContext } from '../../src/apply/one-shot-pod.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { fakeClock } from '../consul/fakes.ts';
import { failureOf } from '../support/failure.ts';
import { localPlan } from '../support/local-plan.ts';
import { type FakeKube, fakeKube, type Refusal } from './fake-kube.ts';

const plan = localPlan();
const key = 'v1 Pod edgex/edgex-boot-directories';
const deadlineMs = 600_000;

/** A cluster in which the pod stands like this as soon as it is made. */
function clusterWhere(status: object, refuse?: Refusal): FakeKube {
  const kube = fakeKube([], refuse);
  return {
    ...kube,
    create: async (object) => {
      const made = { ...(await kube.create(object)), status };
      kube.objects.set(key, made);
      return made;
    },
  };
}

function run(kube: FakeKube, clock = fakeClock(), explain?: OneShotContext['explain']): Promise<void> {
  const context = { kube, clock, signal: new AbortController().signal, deadlineMs, emit: () => undefined };
  return prepareDirectories(plan, { ...context, ...(explain ? { explain } : {}) });
}

const exists: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'edgex-boot-directories', namespace: 'edgex' },
  status: { phase: 'Succeeded' },
};

test('the pod runs once and is taken away', async () => {
  const kube = clusterWhere({ phase: 'Succeeded' });
  await run(kube);
  assert.deepEqual(kube.log, [`create ${key}`, `delete ${key}`]);
});

test('a pod that is in the way is replaced, also our own of which the answer was lost', async () => {
  const kube = clusterWhere({ phase: 'Succeeded' }, (verb) => {
    if (verb !== 'create' || !kube.objects.has(key)) return undefined;
    return new KubeError({ exit: 'rollout', object: 'pod', cause: 'already exists' }, { status: 409 });
  });
  kube.objects.set(key, exists);
  await run(kube);
  assert.deepEqual(kube.log, [`delete ${key}`, `create ${key}`, `delete ${key}`]);
});

test('a pod that somebody took away is made again', async () => {
  const kube = clusterWhere({ phase: 'Pending' });
  const clock = fakeClock();
  const { sleep } = clock;
  clock.sleep = async (...args) => {
    const pod = kube.objects.get(key);
    if (kube.log.length === 1) kube.objects.delete(key);
    else if (pod) kube.objects.set(key, { ...pod, status: { phase: 'Succeeded' } });
    await sleep(...args);
  };
  await run(kube, clock);
  assert.deepEqual(kube.log, [`create ${key}`, `create ${key}`, `delete ${key}`]);
});

test('an image that can not be pulled ends the wait after a minute, with the words of the cluster', async () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such host' };
  const kube = clusterWhere({ phase: 'Pending', containerStatuses: [{ state: { waiting } }] });
  const clock = fakeClock();
  const details = await failureOf(run(kube, clock));
  assert.equal(details.exit, 'rollout');
  assert.match(details.cause, /can't start \(ImagePullBackOff: no such host\)/);
  assert.ok(clock.now() >= 60_000 && clock.now() < 70_000);
  assert.equal(kube.objects.has(key), false);
});

test('what keeps a volume from being mounted ends the wait in its own time, and is asked for only when it is late', async () => {
  const kube = clusterWhere({ phase: 'Pending' });
  const clock = fakeClock();
  const askedMs: number[] = [];
  const details = await failureOf(
    run(kube, clock, async () => {
      askedMs.push(clock.now());
      return { cause: 'the file server refuses', hint: 'Start it.', graceMs: 10_000 };
    }),
  );
  assert.match(details.cause, /can't start \(the file server refuses\)$/);
  assert.equal(details.hint, 'Start it.');
  assert.ok((askedMs[0] ?? 0) >= 2_000);
  assert.ok(clock.now() >= 12_000 && clock.now() < 13_000);
});

test('a mount that hangs is not waited for without end', async () => {
  const kube = clusterWhere({ phase: 'Running' });
  const clock = fakeClock();
  const details = await failureOf(run(kube, clock));
  assert.equal(details.exit, 'rollout');
  assert.match(details.cause, /no end in 60 s: what it works on doesn't answer$/);
  assert.equal(kube.objects.has(key), false);
});

test('what the containers told is the cause', async () => {
  const message = '* space 1024 786432';
  const kube = clusterWhere({
    phase: 'Failed',
    containerStatuses: [{ state: { terminated: { exitCode: 1, message } } }],
  });
  const details = await failureOf(run(kube));
  assert.match(details.cause, /^it has 1 MiB free/);
  assert.match(details.object, /^\/var\/lib\/edgex on node /);
});

test('an image that is on its way is waited for until the deadline', async () => {
  const kube = clusterWhere({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
  });
  const clock = fakeClock();
  const details = await failureOf(run(kube, clock));
  assert.equal(details.exit, 'timeout');
  assert.ok(clock.now() > deadlineMs);
});

test('a cluster that forbids paths of the node says what to do instead', async () => {
  const kube = clusterWhere({}, (verb) =>
    verb === 'create'
      ? new KubeError(
          {
            exit: 'rollout',
            object: 'pod',
            cause: 'refused: pods is forbidden: violates PodSecurity "baseline:latest"',
          },
          { status: 403 },
        )
      : undefined,
  );
  const details = await failureOf(run(kube));
  assert.match(details.cause, /violates PodSecurity/);
  assert.match(details.hint ?? '', /--storage class:NAME/);
});
