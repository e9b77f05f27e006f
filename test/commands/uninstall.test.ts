import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootErrorDetails, isBootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import { type KubeObject, refOf } from '../../src/base/kube-types.ts';
import { removeInstallation, type Uninstallation } from '../../src/commands/stages/uninstall.ts';
import { readInventory, refKey, renderInventory } from '../../src/plan/inventory.ts';
import { claimLabel, commonLabels, namespaceLabel, serviceLabel } from '../../src/plan/labels.ts';
import { fuji } from '../support/fuji.ts';
import { type Life, type LivingCluster, livingCluster } from '../support/living-cluster.ts';
import { localPlan } from '../support/local-plan.ts';

const release = fuji();
const plan = localPlan({ database: 'redis', without: ['ui', 'logging'] });
const { namespace } = plan;
const labels = commonLabels(release);

const node: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node1', labels: { 'kubernetes.io/hostname': 'node1' } },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { architecture: 'amd64' } },
};

/** All that Kubernetes makes of a Deployment, as far as it counts here. */
function podOf({ metadata }: KubeObject): KubeObject {
  const name = `${metadata.name}-7d4-x1`;
  const ownerReferences = [{ kind: 'ReplicaSet', name: `${metadata.name}-7d4`, uid: `${name}-set` }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: name, labels: metadata.labels ?? {}, ownerReferences },
    spec: { nodeName: 'node1' },
    status: { phase: 'Running' },
  };
}

const installed: readonly KubeObject[] = [
  node,
  ...plan.objects,
  renderInventory(plan, plan.objects.map(refOf)),
  ...plan.objects.filter(({ kind }) => kind === 'Deployment').map(podOf),
];

function foreign(apiVersion: string, kind: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'theirs', namespace, uid: `${kind}-theirs`, ...metadata }, spec: {} };
}

interface Outcome extends LivingCluster {
  readonly message: string;
  readonly events: readonly BootEvent[];
  readonly failure?: BootErrorDetails;
}

async function run(cluster: LivingCluster, changes: Partial<Uninstallation> = {}): Promise<Outcome> {
  const events: BootEvent[] = [];
  const outcome = (message: string, failure?: BootErrorDetails): Outcome => ({
    ...cluster,
    message,
    events,
    ...(failure ? { failure } : {}),
  });
  const { kube, clock } = cluster;
  try {
    const message = await removeInstallation({
      kube,
      clock,
      release,
      namespace,
      isPurge: false,
      timeoutMs: 900_000,
      runName: 'this run',
      confirm: async () => {},
      signal: new AbortController().signal,
      emit: (event) => events.push(event),
      ...changes,
    });
    return outcome(message);
  } catch (error) {
    assert.ok(isBootError(error), String(error));
    return outcome('', error.details);
  }
}

const start = (objects: readonly KubeObject[], life: Life = {}) => livingCluster(objects, life);
const kindsOf = ({ objects }: LivingCluster) => [...new Set([...objects.values()].map(({ kind }) => kind))].toSorted();
const keptOf = ({ events }: Outcome) =>
  events.flatMap((event) => (event.type === 'kept' ? [`${event.object}: ${event.reason}`] : []));

test('everything goes but the data: claims, volumes, and the inventory that lists them', async () => {
  const outcome = await run(start(installed));
  assert.equal(outcome.failure, undefined);
  assert.deepEqual(kindsOf(outcome), ['ConfigMap', 'Namespace', 'Node', 'PersistentVolume', 'PersistentVolumeClaim']);
  const listed = readInventory([...outcome.objects.values()], namespace)?.objects.map(refKey);
  const kept = [...outcome.objects.values()].filter(({ kind }) => kind !== 'Node' && kind !== 'ConfigMap');
  assert.deepEqual(listed, kept.map((object) => refKey(refOf(object))).toSorted());
});

test('it says where each claim has its data, and what to do with them', async () => {
  const outcome = await run(start(installed));
  assert.deepEqual(keptOf(outcome), [
    'persistentvolumeclaim/consul-data: its data are in /var/lib/edgex/edgex/consul-data on node node1 (persistentvolume/edgex-edgex-consul-data)',
    'persistentvolumeclaim/redis-data: its data are in /var/lib/edgex/edgex/redis-data on node node1 (persistentvolume/edgex-edgex-redis-data)',
  ]);
  assert.match(outcome.message, /install --namespace edgex takes them up again/);
  assert.match(outcome.message, /uninstall --purge-data --namespace edgex deletes them/);
});

test('a service is told to end when the last pod that needs it is gone', async () => {
  const { log } = await run(start(installed));
  const deletedAt = (name: string) => log.indexOf(`delete apps/v1 Deployment edgex/${name}`);
  const goneAt = (name: string) => log.indexOf(`gone v1 Pod edgex/${name}-7d4-x1`);
  for (const [consumer, provider] of [
    ['edgex-device-virtual', 'edgex-core-data'],
    ['edgex-core-command', 'edgex-core-metadata'],
    ['edgex-core-data', 'edgex-redis'],
    ['edgex-support-rulesengine', 'edgex-core-consul'],
  ] as const) {
    assert.ok(goneAt(consumer) >= 0 && goneAt(consumer) < deletedAt(provider), `${consumer} before ${provider}`);
  }
  const firstService = log.findIndex((line) => line.startsWith('delete v1 Service'));
  assert.ok(
    log.every((line, index) => !line.includes(' Pod ') || index < firstService),
    'Services stay as long as pods',
  );
});

test('a second run writes nothing, and says that nothing is installed and where the data are', async () => {
  const cluster = start(installed);
  await run(cluster);
  const writes = cluster.kube.writes();
  const { message, ...again } = await run(cluster);
  assert.equal(cluster.kube.writes(), writes);
  assert.match(message, /^nothing is installed in namespace edgex; data are kept/);
  assert.equal(keptOf({ message, ...again }).length, 2);
});

test('where there is nothing at all, nothing is written', async () => {
  for (const isPurge of [false, true]) {
    const { message, kube } = await run(start([node]), { isPurge });
    assert.equal(message, 'nothing is installed in namespace edgex');
    assert.equal(kube.writes(), 0);
  }
});

const spoilt: readonly (readonly [string, readonly KubeObject[]])[] = [
  [
    'of which only namespace and inventory were made',
    installed.filter(({ kind }) => ['Node', 'Namespace', 'ConfigMap'].includes(kind)),
  ],
  ['whose inventory is gone', installed.filter(({ kind }) => kind !== 'ConfigMap')],
  [
    'whose inventory a person spoilt',
    installed.map((o) => (o.kind === 'ConfigMap' ? { ...o, data: { objects: '\t{nonsense\nv1 Pod' } } : o)),
  ],
  ['whose inventory has no data at all', installed.map((o) => (o.kind === 'ConfigMap' ? { ...o, data: null } : o))],
  [
    'without Consul and half of the services',
    installed.filter(({ metadata }) => !/consul|core-data|scheduler/.test(metadata.name)),
  ],
  ['that has a service that the release does not know', [...installed, unknownService('edgex-old')]],
  ['with a pod that an interrupted run left behind', [...installed, leftPod()]],
];
for (const [what, objects] of spoilt) {
  test(`an installation ${what} is taken away`, async () => {
    const outcome = await run(start(objects), { isPurge: true });
    assert.equal(outcome.failure, undefined);
    assert.deepEqual(kindsOf(outcome), ['Node']);
  });
}

function unknownService(name: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...labels, [serviceLabel]: name } },
  };
}

function leftPod(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'edgex-boot-directories', namespace, uid: 'left', labels },
  };
}

const strangers: readonly KubeObject[] = [
  foreign('v1', 'ConfigMap'),
  foreign('v1', 'Secret'),
  foreign('apps/v1', 'Deployment'),
  foreign('v1', 'Pod'),
  foreign('v1', 'Service', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }),
  foreign('v1', 'PersistentVolumeClaim'),
  foreign('example.com/v1', 'Widget'),
];

test('what others have in the namespace is untouched, and keeps it', async () => {
  const cluster = start([...installed, ...strangers]);
  await run(cluster);
  const purged = await run(cluster, { isPurge: true });
  for (const stranger of strangers) assert.equal(cluster.objects.get(refKey(refOf(stranger))), stranger);
  assert.deepEqual(keptOf(purged), [
    'namespace/edgex: it holds what edgex-boot did not make: configmap/theirs, deployment/theirs, persistentvolumeclaim/theirs, pod/theirs, secret/theirs, service/theirs, widget/theirs',
  ]);
  const left = [...cluster.objects.values()].filter(({ metadata }) => metadata.labels?.['edgex-boot/release']);
  assert.deepEqual(
    left.map(({ kind }) => kind),
    ['Namespace'],
  );
});

test('a namespace that somebody else made stays, empty as it may be', async () => {
  const objects = installed.map((o) => (o.kind === 'Namespace' ? { ...o, metadata: { name: namespace } } : o));
  const outcome = await run(start(objects), { isPurge: true });
  assert.deepEqual(keptOf(outcome), ['namespace/edgex: edgex-boot did not make it']);
  assert.deepEqual(kindsOf(outcome), ['Namespace', 'Node']);
});

test('data are deleted before what says where they are', async () => {
  const outcome = await run(start(installed), { isPurge: true });
  assert.equal(outcome.failure, undefined);
  assert.match(outcome.message, /its data are deleted/);
  assert.equal(outcome.scripts.length, 1);
  assert.match(outcome.scripts[0] ?? '', /cd \/volumes\/edgex .*\nfor claim in consul-data redis-data; do/);
  const order = ['Pod edgex/edgex-boot-erase', 'PersistentVolumeClaim', 'PersistentVolume edgex-', 'Namespace'];
  const at = order.map((what) => outcome.log.findIndex((line) => line.includes(`delete v1 ${what}`)));
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
  assert.ok(
    at.every((index) => index >= 0),
    String(at),
  );
});

test('volumes whose namespace a person deleted are found by label, and purged', async () => {
  const volumes = installed.filter(({ kind }) => kind === 'PersistentVolume');
  const kept = await run(start([node, ...volumes]));
  assert.equal(kept.kube.writes(), 0);
  assert.match(keptOf(kept)[0] ?? '', /^persistentvolume\/edgex-edgex-consul-data: its data are in /);
  const purged = await run(start([node, ...volumes]), { isPurge: true });
  assert.deepEqual(kindsOf(purged), ['Node']);
  assert.equal(purged.scripts.length, 1);
});

/** A claim of ours, on a volume of this kind. */
function onVolume(volume: Partial<KubeObject['metadata']>, spec: object): readonly KubeObject[] {
  return [
    ...installed.filter(({ kind }) => kind === 'Namespace' || kind === 'Node'),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'redis-data', namespace, labels: { ...labels, [claimLabel]: 'redis-data' } },
      spec: { volumeName: 'pvc-1', storageClassName: 'longhorn' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pvc-1', ...volume },
      spec: { storageClassName: 'longhorn', claimRef: { namespace, name: 'redis-data', uid: 'u' }, ...spec },
    },
  ];
}
const provisionedBy = { 'pv.kubernetes.io/provisioned-by': 'driver.longhorn.io' };
const ourLabels = { ...labels, [claimLabel]: 'redis-data', [namespaceLabel]: namespace };
const csi = { csi: { driver: 'driver.longhorn.io', volumeHandle: 'pvc-1' } };

test('a volume that was kept from its provisioner is given back to it', async () => {
  const objects = onVolume(
    { labels: ourLabels, annotations: provisionedBy },
    { ...csi, persistentVolumeReclaimPolicy: 'Retain' },
  );
  const outcome = await run(start(objects), { isPurge: true });
  assert.deepEqual(kindsOf(outcome), ['Node']);
  assert.ok(
    outcome.events.some(
      (event) => event.type === 'applied' && event.object === 'persistentvolume/pvc-1' && event.action === 'deleted',
    ),
  );
});

test('a provisioner that deletes nothing is told, with the volume that it left', async () => {
  const objects = onVolume(
    { labels: ourLabels, annotations: provisionedBy },
    { ...csi, persistentVolumeReclaimPolicy: 'Retain' },
  );
  const { events, failure } = await run(start(objects, { provisionerIsDown: true }), { isPurge: true });
  assert.equal(failure, undefined);
  const warning = events.find((event) => event.type === 'warning');
  assert.deepEqual(warning && [warning.object, warning.message], [
    'persistentvolume/pvc-1',
    'driver.longhorn.io has not deleted it and its data yet; it should as soon as it can',
  ]);
});

test("somebody else's volume is left as it is, and told", async () => {
  const objects = onVolume({}, { nfs: { server: 'nas', path: '/data' }, persistentVolumeReclaimPolicy: 'Retain' });
  const outcome = await run(start(objects), { isPurge: true });
  assert.deepEqual(kindsOf(outcome), ['Node', 'PersistentVolume']);
  assert.equal(outcome.objects.get('v1 PersistentVolume pvc-1'), objects.at(-1));
  assert.deepEqual(keptOf(outcome), [
    'persistentvolume/pvc-1: edgex-boot did not make it; the data of redis-data are in nas:/data, class longhorn',
  ]);
  assert.deepEqual(outcome.scripts, []);
});

test('data that others work with stay, and so does everything', async () => {
  const pod = { ...foreign('v1', 'Pod'), spec: { volumes: [{ persistentVolumeClaim: { claimName: 'redis-data' } }] } };
  const { failure, kube } = await run(start([...installed, pod]), { isPurge: true });
  assert.equal(failure?.exit, 'preflight');
  assert.deepEqual(failure?.evidence, ['pod/theirs uses redis-data']);
  assert.equal(kube.writes(), 0);
});

test('data on a node that is away stay, and so does everything', async () => {
  const away = { ...node, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
  const { failure, kube } = await run(start([away, ...installed.slice(1)]), { isPurge: true });
  assert.deepEqual([failure?.exit, failure?.object], ['preflight', 'node/node1']);
  assert.deepEqual(failure?.evidence, [
    'consul-data: in /var/lib/edgex on node node1',
    'redis-data: in /var/lib/edgex on node node1',
  ]);
  assert.equal(kube.writes(), 0);
});

test('what a node had that is gone for good is given up, and told', async () => {
  const { failure, events, scripts, objects } = await run(start(installed.slice(1)), { isPurge: true });
  assert.equal(failure, undefined);
  assert.equal(objects.size, 0);
  assert.deepEqual(scripts, []);
  const warning = events.find((event) => event.type === 'warning');
  assert.equal(warning?.object, 'consul-data, redis-data');
  assert.match(warning?.message ?? '', /in \/var\/lib\/edgex on node node1; what its disk has of them stays there/);
});

test('rights that are missing are told together, before anything is written', async () => {
  const denied = ({ verb, resource }: { verb: string; resource: string }) =>
    verb === 'delete' && /^(services|persistentvolumes)$/.test(resource);
  const { failure, kube } = await run(start(installed, { denied }), { isPurge: true });
  assert.equal(failure?.exit, 'cluster');
  assert.match(failure?.cause ?? '', /2 rights/);
  assert.equal(kube.writes(), 0);
});

test('whoever says no has lost nothing', async () => {
  const cluster = start(installed);
  await assert.rejects(
    removeInstallation({
      ...cluster,
      release,
      namespace,
      isPurge: true,
      timeoutMs: 1,
      runName: 'this run',
      confirm: () => Promise.reject(new Error('no')),
      signal: new AbortController().signal,
      emit: () => {},
    }),
    /no/,
  );
  assert.equal(cluster.kube.writes(), 0);
});

test('a pod that does not end is told after its grace, holds up no other, and ends the wait at the timeout', async () => {
  const cluster = start(installed, { stubborn: ['edgex-device-virtual'] });
  const { failure, events, log } = await run(cluster);
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [`${event.object}: ${event.message}`] : []));
  assert.deepEqual(warnings, ['pod/edgex-device-virtual-7d4-x1: it has not ended within its grace of 30 s']);
  assert.ok(log.includes('gone apps/v1 Deployment edgex/edgex-core-consul'));
  assert.equal(failure?.exit, 'timeout');
  assert.ok(
    failure?.evidence?.some((line) => /pod\/edgex-device-virtual.* on node node1: being deleted since/.test(line)),
  );
  assert.match(failure?.hint ?? '', /delete pod edgex-device-virtual-7d4-x1 --force/);
});

/** A namespace that somebody is deleting, and the volumes that were in use there. */
const leavingBehind: readonly KubeObject[] = [
  ...installed.filter(({ kind }) => kind === 'Node' || kind === 'PersistentVolume'),
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels, deletionTimestamp: '0' },
    spec: { finalizers: ['kubernetes'] },
    status: { conditions: [{ type: 'NamespaceContentRemaining', status: 'True', message: 'widgets are left' }] },
  },
];

test('a namespace that is on its way out is waited for', async () => {
  const outcome = await run(start(leavingBehind), { isPurge: true });
  assert.equal(outcome.failure, undefined);
  assert.deepEqual(kindsOf(outcome), ['Node']);
});

test('one that does not go ends the wait at the timeout, with what holds it', async () => {
  const { failure, kube } = await run(start(leavingBehind, { namespaceIsStuck: true }), { isPurge: true });
  assert.deepEqual([failure?.exit, failure?.object], ['timeout', 'namespace/edgex']);
  assert.deepEqual(failure?.evidence, ['being deleted since 0, finalizers: kubernetes', 'widgets are left']);
  assert.equal(kube.writes(), 0);
});

const beginnings: readonly (readonly [string, readonly KubeObject[], boolean])[] = [
  ['without the data', installed, false],
  ['with the data', installed, true],
  [
    'with the data of a namespace that is gone',
    installed.filter(({ kind }) => kind === 'Node' || kind === 'PersistentVolume'),
    true,
  ],
];
for (const [what, objects, isPurge] of beginnings) {
  test(`a run that is cut off at any write goes on the next time (${what})`, async () => {
    const whole = await run(start(objects), { isPurge });
    const end = [...whole.objects.keys()].toSorted();
    const writes = whole.kube.writes();
    assert.ok(writes > 5);
    for (const isCarriedOut of [false, true]) {
      for (let write = 1; write <= writes; write++) {
        const cluster = start(objects, { failure: { write, isCarriedOut } });
        const first = await run(cluster, { isPurge });
        const second = await run(cluster, { isPurge });
        const where = `write ${write} of ${writes}${isCarriedOut ? ', answer lost' : ''}`;
        // What only the lock lost comes to the same end.
        assert.ok(first.failure || isCarriedOut || write > writes - 2, where);
        assert.equal(second.failure, undefined, `${where}: ${second.failure?.cause}`);
        assert.deepEqual([...cluster.objects.keys()].toSorted(), end, where);
      }
    }
  });
}
