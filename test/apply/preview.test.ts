import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PreviewContext, previewChanges } from '../../src/apply/preview.ts';
import { type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { renderInventory } from '../../src/plan/inventory.ts';
import { failureOf } from '../support/failure.ts';
import { localPlan } from '../support/local-plan.ts';
import { conflict, fakeKube, invalid, key, type Refusal } from './fake-kube.ts';

const plan = localPlan();

/** A cluster with the plan installed, but for what a test wants otherwise. */
function installed(change: (object: KubeObject) => KubeObject = (object) => object, refuse?: Refusal) {
  const objects = [...plan.objects, renderInventory(plan, plan.objects.map(refOf))];
  return fakeKube(
    objects.map((object) => change({ ...object, metadata: { ...object.metadata, resourceVersion: '1' } })),
    refuse,
  );
}

const preview = (kube: ReturnType<typeof fakeKube>, context: Partial<PreviewContext> = {}) =>
  previewChanges(plan, kube.facts(plan.namespace), { kube, forceConflicts: false, ...context });

test('nothing is there: all is created, and what needs the namespace is not tried', async () => {
  const kube = fakeKube();
  const changes = await preview(kube);
  assert.ok(changes.every(({ action }) => action === 'created'));
  assert.ok(
    kube.dryRuns.every((line) => /Namespace|PersistentVolume /.test(line)),
    kube.dryRuns.join(),
  );
  assert.equal(kube.writes(), 0);
});

test('in a namespace that is there, what is absent is tried, so that a policy that refuses it is heard', async () => {
  const foreign = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'edgex' } };
  const denied = fakeKube([foreign], (_verb, object) =>
    object.kind === 'Deployment'
      ? new KubeError({ exit: 'rollout', object: 'x', cause: 'refused: exceeded quota' }, { status: 403 })
      : undefined,
  );
  const { exit, cause, evidence = [] } = await failureOf(preview(denied));
  assert.equal(exit, 'preflight');
  assert.match(cause, /nothing was changed/);
  assert.equal(evidence.length, plan.services.length, 'all of them');
  assert.match(evidence[0] ?? '', /^deployment\/.*exceeded quota$/);
  assert.equal(denied.writes(), 0);
});

test('what was changed by hand so that nothing can be laid over it is to be made anew, but never what holds data', async () => {
  const invalid = (kind: string) =>
    fakeKube(plan.objects, (_verb, object) =>
      object.kind === kind && /consul/.test(object.metadata.name)
        ? new KubeError(
            { exit: 'rollout', object: 'x', cause: 'may not specify more than 1 volume type' },
            { status: 422 },
          )
        : undefined,
    );
  const { hint, cause } = await failureOf(preview(invalid('Deployment')));
  assert.match(cause, /refuses.*nothing was changed/);
  assert.match(hint ?? '', /holds no data: kubectl -n edgex delete deployment\/edgex-core-consul$/);
  assert.doesNotMatch((await failureOf(preview(invalid('PersistentVolumeClaim')))).hint ?? '', /delete/);
});

test('all is there and the same: all is unchanged, with no request but one dry run for each', async () => {
  const kube = installed();
  const changes = await preview(kube);
  assert.ok(changes.every(({ action }) => action === 'unchanged'));
  assert.equal(kube.requests(), plan.objects.length + 1);
  assert.equal(kube.peak(), 8);
});

test('what differs is told field by field', async () => {
  const kube = installed((object) =>
    object.metadata.name === 'edgex-core-data' && object.kind === 'Deployment'
      ? { ...object, spec: { ...(object.spec as object), replicas: 0 } }
      : object,
  );
  const changed = (await preview(kube)).filter(({ action }) => action !== 'unchanged');
  assert.deepEqual(
    changed.map(({ ref, action, fields }) => ({ name: ref.name, action, fields })),
    [{ name: 'edgex-core-data', action: 'changed', fields: [{ path: 'spec.replicas', from: 0, to: 1 }] }],
  );
  assert.equal(kube.writes(), 0);
});

test('an object that a controller changed since it was read is read again, not told as different', async () => {
  const kube = installed();
  const facts = kube.facts(plan.namespace);
  for (const [name, object] of kube.objects) {
    if (object.kind !== 'Deployment') continue;
    const metadata = { ...object.metadata, resourceVersion: '2', annotations: { revision: '1' } };
    kube.objects.set(name, { ...object, metadata });
  }
  const changes = await previewChanges(plan, facts, { kube, forceConflicts: false });
  assert.ok(changes.every(({ action }) => action === 'unchanged'));
});

test('fields of other managers are told all at once, and taken over when asked to', async () => {
  const refuse: Refusal = (_verb, object, force) =>
    !force && object.kind === 'Deployment' && /core-(data|command)$/.test(object.metadata.name)
      ? conflict(`deployment/${object.metadata.name}`, 'kubectl-edit', '.spec.replicas')
      : undefined;
  const details = await failureOf(preview(installed(undefined, refuse)));
  assert.equal(details.exit, 'preflight');
  assert.match(details.cause, /kubectl-edit/);
  assert.deepEqual(details.evidence?.toSorted(), [
    'deployment/edgex-core-command .spec.replicas: conflict with "kubectl-edit" using apps/v1',
    'deployment/edgex-core-data .spec.replicas: conflict with "kubectl-edit" using apps/v1',
  ]);
  assert.match(details.hint ?? '', /--force-conflicts/);
  const changes = await preview(installed(undefined, refuse), { forceConflicts: true });
  assert.ok(changes.every(({ action }) => action === 'unchanged'));
});

test('storage that would have to change is refused in plain words, with the setting that fits', async () => {
  const refuse: Refusal = (_verb, object) =>
    object.kind === 'PersistentVolumeClaim'
      ? invalid(`persistentvolumeclaim/${object.metadata.name}`, 'spec: Forbidden: spec is immutable after creation')
      : undefined;
  const details = await failureOf(preview(installed(undefined, refuse)));
  assert.equal(details.exit, 'preflight');
  assert.match(details.cause, /storage .* data are untouched/);
  assert.equal(details.evidence?.length, plan.directories.length);
  assert.match(details.hint ?? '', /--storage local:\/var\/lib\/edgex,/);
});

test('a released volume of ours is shown as the change that lets it bind again', async () => {
  const kube = installed((object) => {
    if (object.metadata.name !== 'edgex-edgex-consul-data') return object;
    const { claimRef } = object.spec as { readonly claimRef: object };
    const spec = { ...(object.spec as object), claimRef: { ...claimRef, uid: 'old' } };
    return { ...object, spec, status: { phase: 'Released' } };
  });
  const changed = (await preview(kube)).filter(({ action }) => action !== 'unchanged');
  assert.deepEqual(
    changed.map(({ ref, fields }) => [key(ref), fields]),
    [['v1 PersistentVolume edgex-edgex-consul-data', [{ path: 'spec.claimRef.uid', from: 'old' }]]],
  );
});

test('a foreign object ends it before anything is asked', async () => {
  const kube = installed((object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }));
  const details = await failureOf(preview(kube));
  assert.equal(details.exit, 'preflight');
  assert.equal(kube.requests(), 0);
});

test('a denied dry run tells every missing right, not its own alone', async () => {
  const kube = installed(undefined, (verb, object) => {
    if (verb === 'create') {
      const { resourceAttributes } = object.spec as { readonly resourceAttributes: { readonly verb: string } };
      return resourceAttributes.verb === 'patch' ? new Error('no') : undefined;
    }
    return new KubeError({ exit: 'cluster', object: 'x', cause: 'denied: cannot patch' }, { status: 403 });
  });
  const details = await failureOf(preview(kube));
  assert.equal(details.exit, 'cluster');
  assert.ok(details.evidence?.includes('# patch configmaps in namespace edgex'));
  assert.ok(details.evidence?.includes('# patch deployments.apps in namespace edgex'));
});
