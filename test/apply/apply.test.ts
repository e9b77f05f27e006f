import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChanges } from '../../src/apply/apply.ts';
import { previewChanges } from '../../src/apply/preview.ts';
import { BootError, isBootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import { type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { readInventory } from '../../src/plan/inventory.ts';
import type { Plan } from '../../src/plan/types.ts';
import { fakeClock } from '../kube/fake-api.ts';
import { localPlan } from '../support/local-plan.ts';
import { conflict, type FakeKube, fakeKube, key } from './fake-kube.ts';

interface Applied {
  readonly events: BootEvent[];
  readonly clock: ReturnType<typeof fakeClock>;
}

/** What an install does of it: looks, previews, writes. */
async function applyPlan(plan: Plan, kube: FakeKube, signal = new AbortController().signal): Promise<Applied> {
  const events: BootEvent[] = [];
  const clock = fakeClock();
  const context = { kube, signal, clock, forceConflicts: false, emit: (event: BootEvent) => events.push(event) };
  await applyChanges(await previewChanges(plan, kube.facts(plan.namespace), context), context);
  return { events, clock };
}

test('the first run creates everything in order, and says so', async () => {
  const kube = fakeKube();
  const plan = localPlan();
  const { events } = await applyPlan(plan, kube);
  assert.equal(kube.log.length, plan.objects.length + 1);
  assert.equal(kube.log[0], 'apply v1 Namespace edgex');
  assert.equal(kube.log[1], 'apply v1 ConfigMap edgex/edgex-boot');
  const place = (kind: string) => kube.log.findIndex((line) => line.includes(` ${kind} `));
  assert.ok(place('PersistentVolume') < place('PersistentVolumeClaim'));
  assert.ok(place('PersistentVolumeClaim') < place('Service'));
  assert.equal(
    events.filter((event) => event.type === 'applied' && event.action === 'created').length,
    kube.log.length,
  );
});

test('a second run writes nothing, nor does one after a change of what the server keeps for itself', async () => {
  const kube = fakeKube();
  const plan = localPlan();
  await applyPlan(plan, kube);
  for (const [name, object] of kube.objects) {
    kube.objects.set(name, { ...object, status: { phase: 'Bound' }, metadata: { ...object.metadata, generation: 7 } });
  }
  const before = kube.writes();
  const { events } = await applyPlan(plan, kube);
  assert.equal(kube.writes(), before);
  assert.ok(events.every((event) => event.type === 'applied' && event.action === 'unchanged'));
});

test('independent objects are written at the same time, but never more than eight', async () => {
  const kube = fakeKube();
  await applyPlan(localPlan(), kube);
  assert.equal(kube.peak(), 8);
});

test('a service that is left out goes, its claim and volume stay, and only then it is off the inventory', async () => {
  const kube = fakeKube();
  await applyPlan(localPlan(), kube);
  const before = kube.log.length;
  await applyPlan(localPlan({ without: ['logging'] }), kube);
  assert.deepEqual(kube.log.slice(before), [
    'delete apps/v1 Deployment edgex/edgex-support-logging',
    'delete v1 Service edgex/edgex-support-logging',
    'apply v1 ConfigMap edgex/edgex-boot',
  ]);
  assert.ok(kube.objects.has('v1 PersistentVolumeClaim edgex/log-data'));
  assert.ok(kube.objects.has('v1 PersistentVolume edgex-edgex-log-data'));
  const listed = readInventory([...kube.objects.values()], 'edgex')?.objects.map(key) ?? [];
  assert.ok(!listed.some((line) => line.includes('support-logging')));
  await applyPlan(localPlan({ without: ['logging'] }), kube);
  assert.equal(kube.log.length, before + 3, 'and then it is quiet');
});

test('whenever a run is cut off, what it made is on the inventory, and the next run makes the rest', async () => {
  const whole = fakeKube();
  await applyPlan(localPlan(), whole);
  for (const writes of [1, 2, 3, 9, 20, 30]) {
    let left = writes;
    let isDead = false;
    const kube = fakeKube([], (verb, object) => {
      if (isDead || (verb === 'patch' && kube.objects.size > 0 && left-- === 0)) {
        isDead = true;
        return new KubeError({ exit: 'cluster', object: object.kind, cause: 'cut off' }, { trouble: 'lost' });
      }
      return undefined;
    });
    await assert.rejects(applyPlan(localPlan(), kube), /cut off/);
    isDead = false;
    left = Number.POSITIVE_INFINITY;
    const listed = readInventory([...kube.objects.values()], 'edgex')?.objects.map(key) ?? [];
    const made = [...kube.objects.keys()].filter((line) => !/ConfigMap|Namespace/.test(line));
    assert.ok(
      made.every((line) => listed.includes(line)),
      `after ${writes} writes`,
    );
    await applyPlan(localPlan(), kube);
    assert.deepEqual([...kube.objects.keys()].toSorted(), [...whole.objects.keys()].toSorted());
  }
});

test('a released volume forgets its old claim before the claim is made anew', async () => {
  const plan = localPlan();
  const volumes = plan.objects.flatMap((object) => {
    if (object.kind !== 'PersistentVolume') return [];
    const { claimRef } = object.spec as { readonly claimRef: object };
    const spec = { ...(object.spec as object), claimRef: { ...claimRef, uid: 'old', resourceVersion: '5' } };
    return [{ ...object, spec, status: { phase: 'Released' } }];
  });
  const kube = fakeKube(volumes);
  await applyPlan(plan, kube);
  const [first] = volumes;
  assert.ok(first);
  const name = key(refOf(first));
  const { spec } = kube.objects.get(name) as KubeObject & { readonly spec: { readonly claimRef: object } };
  assert.deepEqual(Object.keys(spec.claimRef).toSorted(), ['apiVersion', 'kind', 'name', 'namespace']);
  assert.ok(kube.log.indexOf(`patch ${name}`) < kube.log.findIndex((line) => line.includes('PersistentVolumeClaim')));
});

test('a namespace that is not known everywhere yet is waited for', async () => {
  let denials = 3;
  const kube = fakeKube([], (_verb, object) =>
    object.kind === 'ConfigMap' && denials-- > 0
      ? new KubeError({ exit: 'rollout', object: 'x', cause: 'refused: namespaces "edgex" not found' }, { status: 404 })
      : undefined,
  );
  const { clock } = await applyPlan(localPlan(), kube);
  assert.equal(clock.slept.length, 3);
});

test('all refused objects of a step are told together, the others are made, later steps are not', async () => {
  const kube = fakeKube([], (_verb, object) =>
    object.kind === 'Service' && /core-(data|command)$/.test(object.metadata.name)
      ? conflict(`service/${object.metadata.name}`, 'kubectl', '.spec.ports')
      : undefined,
  );
  await assert.rejects(applyPlan(localPlan(), kube), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'rollout');
    assert.equal(error.details.object, '2 objects');
    assert.match(error.details.evidence?.join('\n') ?? '', /core-data: .*\n.*"kubectl".*\n.*core-command: /s);
    return true;
  });
  assert.ok(kube.objects.has('apps/v1 Deployment edgex/edgex-core-data'));
});

test('a server that is lost ends it at once', async () => {
  const kube = fakeKube([], (_verb, object) =>
    object.kind === 'PersistentVolumeClaim'
      ? new KubeError({ exit: 'cluster', object: 'API server', cause: 'gone' }, { trouble: 'refused' })
      : undefined,
  );
  await assert.rejects(applyPlan(localPlan(), kube), /API server: gone/);
  assert.ok(!kube.log.some((line) => /Claim|Service|Deployment/.test(line)), kube.log.join());
});

test('after an interrupt nothing more is written', async () => {
  const controller = new AbortController();
  const kube = fakeKube([], (_verb, object) => {
    if (object.kind === 'PersistentVolumeClaim') {
      controller.abort(new BootError({ exit: 'interrupted', object: 'edgex-boot', cause: 'interrupted' }));
    }
    return undefined;
  });
  await assert.rejects(applyPlan(localPlan(), kube, controller.signal), /interrupted/);
  assert.ok(!kube.log.some((line) => line.includes('Service')));
});
