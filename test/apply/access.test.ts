import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { checkAccess, checkReadAccess } from '../../src/apply/access.ts';
import { installRights, type Right } from '../../src/apply/rights.ts';
import type { BootErrorDetails } from '../../src/base/errors.ts';
import { factsOf } from '../../src/facts/installed.ts';
import { draftChanges } from '../../src/plan/changes.ts';
import { failureOf } from '../support/failure.ts';
import { localPlan } from '../support/local-plan.ts';
import { fakeKube } from './fake-kube.ts';

const plan = localPlan();
const fresh = draftChanges(plan, factsOf(plan.namespace, []));
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: plan.namespace } };
const inForeignNamespace = draftChanges(plan, factsOf(plan.namespace, [namespace]));

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A cluster that grants what `allows` says. */
function clusterThat(allows: (asked: Attributes) => boolean) {
  const asked: Attributes[] = [];
  const kube = fakeKube([], (verb, object) => {
    if (verb !== 'create') return undefined;
    const { resourceAttributes } = object.spec as { readonly resourceAttributes: Attributes };
    asked.push(resourceAttributes);
    return allows(resourceAttributes) ? undefined : new Error('no');
  });
  return { kube, asked };
}

test('who may do everything is asked once for each right, and nothing is written', async () => {
  const { kube, asked } = clusterThat(() => true);
  await checkAccess(fresh, plan, kube);
  assert.equal(new Set(asked.map((each) => JSON.stringify(each))).size, asked.length);
  assert.equal(kube.writes(), 0);
});

test('the rights come from the changes', () => {
  const rights = (changes: typeof fresh) => installRights(changes, plan).map(inWords);
  const wanted = rights(fresh);
  for (const right of [
    'create namespaces in edgex',
    'create persistentvolumes',
    'patch deployments.apps in edgex',
    'delete pods in edgex',
    'get pods/log in edgex',
    'list nodes',
    'list storageclasses.storage.k8s.io',
  ]) {
    assert.ok(wanted.includes(right), right);
  }
  assert.ok(!wanted.includes('delete services in edgex'), 'nothing is deleted');
  assert.ok(!rights(inForeignNamespace).includes('create namespaces in edgex'));
  const deletion = { ref: { apiVersion: 'v1', kind: 'Service', name: 'x', namespace: 'edgex' }, fields: [] } as const;
  assert.ok(rights([{ ...deletion, action: 'deleted' }]).includes('delete services in edgex'));
});

test('who may install may run it again: the same rights are enough', () => {
  const installed = draftChanges(plan, factsOf(plan.namespace, plan.objects));
  const first = installRights(fresh, plan).map(inWords);
  for (const right of installRights(installed, plan).map(inWords)) assert.ok(first.includes(right), right);
});

test('volumes of a class are kept, which takes a right to them', () => {
  const storage = { kind: 'class', className: 'fast', reason: '' } as const;
  const claims = fresh.filter(({ ref }) => ref.kind === 'PersistentVolumeClaim');
  const patching = (right: string) => right === 'patch persistentvolumes';
  assert.ok(
    installRights(claims, { ...plan, storage })
      .map(inWords)
      .some(patching),
  );
  assert.ok(!installRights(claims, plan).map(inWords).some(patching));
});

test('whoever asks the services through the API server needs the right to do so', () => {
  const wanted = installRights(fresh, plan, true).map(inWords);
  for (const verb of ['get', 'create', 'update', 'delete']) {
    assert.ok(wanted.includes(`${verb} services/proxy in edgex`), verb);
  }
  assert.ok(!installRights(fresh, plan).map(inWords).includes('get services/proxy in edgex'));
});

test('services may have to be started anew', () => {
  assert.ok(installRights(fresh, plan).map(inWords).includes('delete pods in edgex'));
});

test('all that is missing is one message, with roles that grant exactly that', async () => {
  const { kube } = clusterThat(({ verb, resource }) => !(verb === 'patch' || resource === 'persistentvolumes'));
  const details = await failureOf(checkAccess(inForeignNamespace, plan, kube));
  assert.equal(details.exit, 'cluster');
  assert.equal(details.object, 'test kubeconfig');
  assert.match(details.cause, /lacks 9 rights/);
  assert.ok(details.evidence?.includes('# patch services in namespace edgex'));
  assert.ok(details.evidence?.includes('# list, create, get, patch persistentvolumes'));
  const [clusterRole, role, ...others] = documents(details);
  assert.equal(others.length, 0);
  assert.deepEqual(clusterRole?.rules, [
    { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['create', 'get', 'list', 'patch'] },
  ]);
  assert.deepEqual(role?.metadata, { name: 'edgex-boot', namespace: 'edgex' });
  assert.deepEqual(role?.rules, [
    { apiGroups: [''], resources: ['configmaps', 'persistentvolumeclaims', 'services'], verbs: ['patch'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['patch'] },
  ]);
});

test('a namespace that is missing comes with the roles, and the right to make namespaces does not', async () => {
  const { kube } = clusterThat(() => false);
  const objects = documents(await failureOf(checkAccess(fresh, plan, kube)));
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['Namespace', 'ClusterRole', 'Role'],
  );
  const rule = objects[1]?.rules?.find(({ resources }) => resources.includes('namespaces'));
  assert.deepEqual(rule?.verbs, ['get']);
});

test('what it takes to look is asked for by itself, when looking is denied', async () => {
  const { kube, asked } = clusterThat(({ resource }) => resource !== 'nodes');
  const details = await failureOf(checkReadAccess('edgex', kube));
  assert.match(details.cause, /lacks a right/);
  assert.equal(details.evidence?.[0], '# list nodes');
  assert.ok(asked.every(({ verb }) => verb === 'list' || verb === 'get'));
});

test('a namespace is asked for by name and from inside, as its own administrator may see it', async () => {
  const { kube, asked } = clusterThat(() => true);
  await checkReadAccess('edgex', kube);
  const about = asked.find(({ resource }) => resource === 'namespaces');
  assert.deepEqual([about?.namespace, about?.name], ['edgex', 'edgex']);
});

interface Granting {
  readonly kind: string;
  readonly metadata: object;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

function documents({ evidence = [] }: BootErrorDetails): readonly Granting[] {
  return parseAllDocuments(evidence.join('\n')).map((each) => each.toJS() as Granting);
}

function inWords({ verb, group, resource, namespace: inside }: Right): string {
  return `${verb} ${resource}${group && `.${group}`}${inside ? ` in ${inside}` : ''}`;
}
