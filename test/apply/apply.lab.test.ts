import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkAccess } from '../../src/apply/access.ts';
import { applyChanges } from '../../src/apply/apply.ts';
import { previewChanges } from '../../src/apply/preview.ts';
import { systemClock } from '../../src/base/clock.ts';
import { formatRef, type KubeObject } from '../../src/base/kube-types.ts';
import { readInstalled } from '../../src/facts/installed.ts';
import { openCluster } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/types.ts';
import { draftChanges } from '../../src/plan/changes.ts';
import { readInventory } from '../../src/plan/inventory.ts';
import type { PlanInput } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { kubeconfigFor } from '../kube/fake-api.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { failureOf } from '../support/failure.ts';
import { localPlan } from '../support/local-plan.ts';

/** Applying against a real API server. The Deployments have no pods: what they run is another test's matter. */

let spaces = 0;

labTest('the first apply makes everything, the second writes nothing', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    const plan = idlePlan(namespace);
    const changes = await apply(plan, kube);
    assert.ok(changes.every(({ action }) => action === 'created'));
    assert.equal(kube.writes(), plan.objects.length + 1);
    await claimsBound(lab, namespace);

    const again = await apply(plan, kube);
    assert.deepEqual(
      again.filter(({ action }) => action !== 'unchanged').map(({ ref, fields }) => [formatRef(ref), fields]),
      [],
    );
    assert.equal(kube.writes(), plan.objects.length + 1);
  }),
);

labTest('a changed plan is told field by field and changes just that', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await apply(idlePlan(namespace), kube);
    const before = kube.writes();
    const plan = withDeployment(idlePlan(namespace), 'edgex-ui-go', (spec) => ({ ...spec, revisionHistoryLimit: 5 }));
    const changed = (await apply(plan, kube)).filter(({ action }) => action !== 'unchanged');
    assert.deepEqual(
      changed.map(({ ref, fields }) => [formatRef(ref), fields]),
      [['deployment/edgex-ui-go', [{ path: 'spec.revisionHistoryLimit', from: 3, to: 5 }]]],
    );
    assert.equal(kube.writes(), before + 1);
  }),
);

labTest('a service that is left out is pruned, its claim and volume stay', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await apply(idlePlan(namespace), kube);
    await claimsBound(lab, namespace);
    const plan = idlePlan(namespace, { without: ['logging'] });
    await apply(plan, kube);
    const names = (await lab.kubectl(['-n', namespace, 'get', 'deployments,services,pvc', '-o', 'name'])).split('\n');
    assert.ok(!names.some((name) => name.endsWith('support-logging')));
    assert.ok(names.includes('persistentvolumeclaim/log-data'));
    const { objects } = await readInstalled(kube, namespace);
    const listed = readInventory(objects, namespace)?.objects.map(formatRef) ?? [];
    assert.ok(listed.includes('persistentvolumeclaim/log-data'));
    assert.ok(!listed.includes('deployment/edgex-support-logging'));
    const before = kube.writes();
    await apply(plan, kube);
    assert.equal(kube.writes(), before);
  }),
);

labTest('a foreign object of our name is refused with its owner, and nothing is written', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await lab.kubectl(['create', 'namespace', namespace]);
    await lab.kubectl(['-n', namespace, 'create', 'service', 'clusterip', 'edgex-core-data', '--tcp=80']);
    const before = await lab.kubectl(['-n', namespace, 'get', 'service', 'edgex-core-data', '-o', 'json']);
    const { exit, object, evidence } = await failureOf(apply(idlePlan(namespace), kube));
    assert.equal(exit, 'preflight');
    assert.equal(object, 'service/edgex-core-data');
    assert.match(evidence?.join() ?? '', /written by kubectl-create/);
    assert.equal(kube.writes(), 0);
    assert.equal(await lab.kubectl(['-n', namespace, 'get', 'service', 'edgex-core-data', '-o', 'json']), before);
  }),
);

labTest('a namespace that was there is used as it is', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await lab.kubectl(['create', 'namespace', namespace]);
    const version = ['get', 'namespace', namespace, '-o', 'jsonpath={.metadata.resourceVersion}'];
    const before = await lab.kubectl(version);
    const changes = await apply(idlePlan(namespace), kube);
    assert.ok(!changes.some(({ ref }) => ref.kind === 'Namespace'));
    assert.equal(await lab.kubectl(version), before);
  }),
);

labTest("a person's change is told with manager and field, and taken over when asked to", (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await apply(idlePlan(namespace), kube);
    const image = 'edgex-core-data=elsewhere/core-data:1';
    await lab.kubectl(['-n', namespace, 'set', 'image', 'deployment/edgex-core-data', image]);
    const before = kube.writes();
    const details = await failureOf(apply(idlePlan(namespace), kube));
    assert.equal(details.exit, 'preflight');
    assert.match(details.evidence?.join() ?? '', /^deployment\/edgex-core-data .*image: conflict with "kubectl-set"/);
    assert.equal(kube.writes(), before);

    const changed = (await apply(idlePlan(namespace), kube, true)).filter(({ action }) => action !== 'unchanged');
    assert.deepEqual(
      changed.flatMap(({ fields }) => fields.map(({ path, from }) => [path, from])),
      [['spec.template.spec.containers[edgex-core-data].image', 'elsewhere/core-data:1']],
    );
    await apply(idlePlan(namespace), kube);
    assert.equal(kube.writes(), before + 1);
  }),
);

labTest('a released volume of ours binds to the new claim', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await apply(idlePlan(namespace), kube);
    await claimsBound(lab, namespace);
    await lab.kubectl(['-n', namespace, 'delete', 'pvc', '--all']);
    const volumes = ['pv', '-l', `edgex-boot/namespace=${namespace}`];
    await lab.kubectl(['wait', '--for=jsonpath={.status.phase}=Released', ...volumes, '--timeout=30s']);
    const changes = await apply(idlePlan(namespace), kube);
    const rebound = changes.filter(({ ref, action }) => ref.kind === 'PersistentVolume' && action === 'changed');
    assert.equal(rebound.length, idlePlan(namespace).directories.length);
    assert.ok(rebound.every(({ fields }) => fields[0]?.path === 'spec.claimRef.uid'));
    await claimsBound(lab, namespace);
    const before = kube.writes();
    await apply(idlePlan(namespace), kube);
    assert.equal(kube.writes(), before);
  }),
);

labTest('storage that would have to change is refused, and the data are untouched', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await apply(idlePlan(namespace), kube);
    await claimsBound(lab, namespace);
    const before = kube.writes();
    const details = await failureOf(apply(idlePlan(namespace, { storage: 'local:/srv/edgex' }), kube));
    assert.equal(details.exit, 'preflight');
    assert.match(details.cause, /data are untouched/);
    assert.match(details.hint ?? '', /Keep --storage local:\/var\/lib\/edgex,/);
    assert.equal(kube.writes(), before);
  }),
);

labTest('a namespace on its way out is named, with what holds it up', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await lab.kubectl(['create', 'namespace', namespace]);
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace } };
    const holder = { ...held, metadata: { ...held.metadata, finalizers: ['example.org/hold'] } };
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(holder));
    try {
      await lab.kubectl(['delete', 'namespace', namespace, '--wait=false']);
      const remaining = '--for=condition=NamespaceFinalizersRemaining';
      await lab.kubectl(['wait', remaining, `namespace/${namespace}`, '--timeout=60s']);
      const details = await failureOf(apply(idlePlan(namespace), kube));
      assert.equal(details.object, `namespace/${namespace}`);
      assert.match(details.evidence?.join() ?? '', /example\.org\/hold/);
    } finally {
      await lab.kubectl(['-n', namespace, 'patch', 'configmap', 'held', '-p', '{"metadata":{"finalizers":null}}']);
    }
  }),
);

labTest('a user with few rights gets all that are missing at once; with the roles from the message it works', (lab) =>
  inNamespace(lab, async (kube, namespace) => {
    await lab.kubectl(['create', 'namespace', namespace]);
    await lab.kubectl(['-n', namespace, 'create', 'serviceaccount', 'few']);
    const token = (await lab.kubectl(['-n', namespace, 'create', 'token', 'few'])).trim();
    const reader = ['create', 'role', 'reader', '--verb=get,list', '--resource=services,deployments.apps'];
    await lab.kubectl(['-n', namespace, ...reader]);
    const account = `${namespace}:few`;
    const readers = ['create', 'rolebinding', 'reader', '--role=reader', `--serviceaccount=${account}`];
    await lab.kubectl(['-n', namespace, ...readers]);
    const user = openAs(lab, token);
    const plan = idlePlan(namespace);
    const installed = await readInstalled(kube, namespace);
    const details = await failureOf(checkAccess(draftChanges(plan, installed), plan, user));
    assert.equal(details.exit, 'cluster');
    assert.ok(details.evidence?.includes('# list, create, get, patch persistentvolumes'));
    assert.ok(details.evidence?.includes(`# create, patch deployments.apps in namespace ${namespace}`));
    assert.equal(user.writes(), 0);
    assert.equal((await readInstalled(kube, namespace)).objects.length, installed.objects.length);

    const roles = details.evidence ?? [];
    try {
      await lab.kubectl(['apply', '-f', '-'], roles.join('\n'));
      for (const line of roles.filter((each) => each.startsWith('# kubectl '))) {
        const words = line.replace('NAME', `system:serviceaccount:${account}`).split(' ').slice(2);
        await lab.kubectl(words);
      }
      await checkAccess(draftChanges(plan, installed), plan, user);
      await apply(plan, user);
      await apply(plan, user);
      assert.equal(user.writes(), plan.objects.length, 'all but the namespace, which is not ours, and the inventory');
    } finally {
      await lab.kubectl(['delete', 'clusterrole,clusterrolebinding', 'edgex-boot', '--ignore-not-found']);
    }
  }),
);

/** A new name of a namespace to work in. What is made there goes afterwards, without anybody waiting for it. */
async function inNamespace(lab: Lab, work: (kube: KubeClient, namespace: string) => Promise<void>): Promise<void> {
  const namespace = `apply-test-${process.pid}-${++spaces}`;
  try {
    const document = readFileSync(lab.kubeconfig, 'utf8');
    const kubeconfig = { source: 'the lab', context: '', server: '', document };
    await work(openCluster(kubeconfig, { clock: systemClock }), namespace);
  } finally {
    await lab.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
    await lab.kubectl(['delete', 'pv', '-l', `edgex-boot/namespace=${namespace}`, '--wait=false']);
  }
}

function openAs(lab: Lab, token: string): KubeClient {
  const { clusters } = parse(readFileSync(lab.kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  };
  const cluster = clusters[0]?.cluster;
  assert.ok(cluster);
  return openCluster(kubeconfigFor(cluster.server, { token }, cluster), { clock: systemClock });
}

async function apply(plan: Plan, kube: KubeClient, forceConflicts = false) {
  const { signal } = new AbortController();
  const context = { kube, signal, clock: systemClock, emit: () => {}, forceConflicts };
  const changes = await previewChanges(plan, await readInstalled(kube, plan.namespace), context);
  await applyChanges(changes, context);
  return changes;
}

const claimsBound = (lab: Lab, namespace: string): Promise<string> =>
  lab.kubectl(['-n', namespace, 'wait', '--for=jsonpath={.status.phase}=Bound', 'pvc', '--all', '--timeout=60s']);

type Spec = Readonly<Record<string, unknown>>;

function idlePlan(namespace: string, changes: Partial<PlanInput> = {}): Plan {
  const plan = localPlan({ namespace, ...changes });
  return mapDeployments(
    plan,
    () => true,
    (spec) => ({ ...spec, replicas: 0 }),
  );
}

const withDeployment = (plan: Plan, name: string, change: (spec: Spec) => Spec): Plan =>
  mapDeployments(plan, ({ metadata }) => metadata.name === name, change);

function mapDeployments(plan: Plan, which: (object: KubeObject) => boolean, change: (spec: Spec) => Spec): Plan {
  const isMeant = (object: KubeObject): boolean => object.kind === 'Deployment' && which(object);
  return {
    ...plan,
    objects: plan.objects.map((object) =>
      isMeant(object) ? { ...object, spec: change(object.spec as Spec) } : object,
    ),
  };
}
