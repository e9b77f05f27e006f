import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastingReplicas, type PauseContext, startServices, stopServices } from '../../src/apply/pause.ts';
import type { Deployment, KubeObject } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { installedServices } from '../../src/plan/installed-services.ts';
import { serviceLabel } from '../../src/plan/labels.ts';
import { fakeClock } from '../consul/fakes.ts';
import { localPlan } from '../support/local-plan.ts';
import { type FakeKube, fakeKube } from './fake-kube.ts';

const plan = localPlan();
const namespace = plan.namespace;
const deployments = plan.objects.filter((object): object is Deployment => object.kind === 'Deployment');
const [first, ...others] = deployments.map((each, index) =>
  index === 0 ? { ...each, spec: { ...each.spec, replicas: 0 } } : each,
);
const live = first ? [first, ...others] : [];
const services = installedServices(plan.release, plan.database, live);

const podOf = (service: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${service}-1`, namespace, labels: { [serviceLabel]: service } },
});

function contextOf(kube: FakeKube, clock = fakeClock()): PauseContext {
  return { kube, namespace, clock, signal: new AbortController().signal, emit: () => undefined, deadlineMs: 60_000 };
}

const replicasIn = (kube: FakeKube): readonly unknown[] =>
  [...kube.objects.values()].flatMap(({ kind, spec }) =>
    kind === 'Deployment' ? [(spec as Deployment['spec']).replicas] : [],
  );

test('the services that are installed are found, whatever the options would choose', () => {
  assert.equal(services.length, deployments.length);
  assert.deepEqual(installedServices(plan.release, plan.database, live.slice(0, 1)).length, 1);
  for (const { image, name } of services) assert.equal(image, plan.services.find((each) => each.name === name)?.image);
});

test('what is stopped has no replicas, and gets back what it had: none, where it had none', async () => {
  const kube = fakeKube(live);
  await stopServices(services, contextOf(kube));
  assert.deepEqual(new Set(replicasIn(kube)), new Set([0]));
  await startServices(services, contextOf(kube));
  assert.deepEqual(replicasIn(kube), [0, ...others.map(() => 1)]);
});

test('a pause that was killed is ended by the next one', async () => {
  const kube = fakeKube(live);
  await stopServices(services, contextOf(kube));
  const left = [...kube.objects.values()].filter((object): object is Deployment => object.kind === 'Deployment');
  const again = installedServices(plan.release, plan.database, left);
  assert.deepEqual(again.map(lastingReplicas), [0, ...others.map(() => 1)]);
  await stopServices(again, contextOf(kube));
  await startServices(again, contextOf(kube));
  assert.deepEqual(replicasIn(kube), [0, ...others.map(() => 1)]);
  assert.doesNotMatch(JSON.stringify([...kube.objects.values()]), /edgex-boot\/replicas/);
});

test('it is stopped when the last pod is gone, and no earlier', async () => {
  const [service] = services;
  const kube = fakeKube([...live, podOf(service?.name ?? '')]);
  const clock = fakeClock();
  const { sleep } = clock;
  clock.sleep = async (...args) => {
    await sleep(...args);
    if (clock.now() > 5_000) for (const [key, { kind }] of kube.objects) if (kind === 'Pod') kube.objects.delete(key);
  };
  await stopServices(services, contextOf(kube, clock));
  assert.ok(clock.now() > 5_000);
});

test('a pod that does not end is named at the deadline', async () => {
  const [service] = services;
  const kube = fakeKube([...live, podOf(service?.name ?? '')]);
  await assert.rejects(stopServices(services, contextOf(kube)), /told to end, and still there/);
});

test('a start outlasts an API server that is away for a moment', async () => {
  let failures = 3;
  const kube = fakeKube(live, (verb) => {
    if (verb !== 'patch' || failures-- <= 0) return undefined;
    return new KubeError({ exit: 'cluster', object: 'API server', cause: 'the connection broke' }, { trouble: 'lost' });
  });
  await startServices(services, contextOf(kube));
  assert.equal(kube.log.length, services.length);
});
