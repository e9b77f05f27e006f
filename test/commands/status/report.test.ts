import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BootError } from '../../../src/base/errors.ts';
import { type KubeObject, refOf } from '../../../src/base/kube-types.ts';
import { type Parts, readParts } from '../../../src/commands/status/parts.ts';
import { makeStatus } from '../../../src/commands/status/report.ts';
import { seeServices } from '../../../src/commands/status/services.ts';
import type { KubeClient } from '../../../src/kube/types.ts';
import { renderInventory } from '../../../src/plan/inventory.ts';
import { commonLabels, serviceLabel } from '../../../src/plan/labels.ts';
import type { StatusReport } from '../../../src/report/status-view.ts';
import type { Answer } from '../../../src/verify/facts.ts';
import { loadCauses } from '../../../src/wait/causes.ts';
import { clusterWith } from '../../facts/fake-kube.ts';
import { fuji, fujiPlan } from '../../support/fuji.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);
const namespace = 'edgex';
const plan = fujiPlan({ database: 'redis' });
const date = (agoMs: number): string => new Date(nowMs - agoMs).toISOString();

/** The plan's objects as they are in a cluster in which everything runs. */
function running(): readonly KubeObject[] {
  const objects = plan.objects.map((object): KubeObject => {
    const { name } = object.metadata;
    switch (object.kind) {
      case 'Deployment':
        return {
          ...object,
          metadata: { ...object.metadata, generation: 1 },
          status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
        };
      case 'Service':
        return { ...object, spec: { ...(object.spec as object), clusterIP: `10.0.0.${name.length}` } };
      default:
        return object;
    }
  });
  const inventory = renderInventory(plan, plan.objects.map(refOf));
  return [...objects, ...plan.services.map(({ name, image }) => pod(name, image)), inventory];
}

function pod(name: string, image: string): KubeObject {
  const state = { running: { startedAt: date(50_000) } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-5f6b-x2v4z`,
      namespace,
      creationTimestamp: date(60_000),
      labels: { [serviceLabel]: name },
    },
    spec: { nodeName: 'node-1', containers: [{ name, image }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: date(40_000) }],
      containerStatuses: [{ name, image, ready: true, started: true, restartCount: 2, state }],
    },
  };
}

/** A cluster in which some kinds can't be read. */
function denying(objects: readonly KubeObject[], ...kinds: readonly string[]): KubeClient {
  const kube = clusterWith(objects);
  const refuse = (kind: string): void => {
    if (kinds.includes(kind)) throw new BootError({ exit: 'cluster', object: kind, cause: `no ${kind} for you` });
  };
  return {
    ...kube,
    get: async (ref) => {
      refuse(ref.kind);
      return kube.get(ref);
    },
    list: async (apiVersion, kind, options) => {
      refuse(kind);
      return kube.list(apiVersion, kind, options);
    },
  };
}

async function statusOf(kube: KubeClient, versions: ReadonlyMap<string, Answer> = new Map()): Promise<StatusReport> {
  return reportOf(await readParts(kube, namespace), versions);
}

function reportOf(parts: Parts, versions: ReadonlyMap<string, Answer> = new Map()): StatusReport {
  const release = fuji();
  const seen = seeServices(release, namespace, parts);
  return makeStatus({ release, namespace, seen }, parts, { causes: loadCauses(), versions, nowMs });
}

const data = 'edgex-core-data';
const serviceIn = (report: StatusReport, name = data) => report.services.find((service) => service.name === name);
/** The same objects, but for those of one kind and name. */
function changed(kind: string, name: string, change: (object: KubeObject) => readonly KubeObject[]) {
  return running().flatMap((object) =>
    object.kind === kind && object.metadata.name.startsWith(name) ? change(object) : [object],
  );
}

test('of what runs everything is told', async () => {
  const versions = new Map([[data, { status: 200, body: '{"version":"1.1.0"}' }]]);
  const report = await statusOf(clusterWith(running()), versions);
  assert.deepEqual(serviceIn(report), {
    name: data,
    state: 'ready',
    version: '1.1.0',
    image: 'edgexfoundry/docker-core-data-go:1.1.0',
    restarts: 2,
    ageMs: 60_000,
    node: 'node-1',
    addresses: [
      { name: data, port: 48080, address: '10.0.0.15:48080' },
      { name: data, port: 5563, address: '10.0.0.15:5563' },
    ],
  });
  assert.deepEqual(report.release, { name: 'EdgeX Foundry Fuji', version: '1.1.0', database: 'redis' });
  assert.deepEqual(
    report.services.map(({ name, state }) => `${name} ${state}`),
    plan.services.map(({ name }) => `${name} ready`),
  );
  assert.deepEqual(report.unknown, []);
});

test('a service without its Deployment is missing, one of 0 replicas is stopped', async () => {
  const gone = await statusOf(clusterWith(changed('Deployment', data, () => [])));
  assert.equal(serviceIn(gone)?.state, 'missing');
  const stopped = await statusOf(
    clusterWith(
      changed('Deployment', data, (object) => [{ ...object, spec: { ...(object.spec as object), replicas: 0 } }]),
    ),
  );
  assert.equal(serviceIn(stopped)?.state, 'stopped');
});

test('a service that waits in its gates says for whom', async () => {
  const objects = changed('Pod', data, (object) => [
    {
      ...object,
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'gates', image: 'x', ready: false, restartCount: 0, state: { running: {} } }],
      },
    },
  ]).filter(({ kind, metadata }) => kind !== 'Deployment' || metadata.name !== 'edgex-core-consul');
  const service = serviceIn(await statusOf(clusterWith(objects)));
  assert.equal(service?.state, 'waiting');
  assert.match(service?.reason ?? '', /edgex-core-consul/);
});

test('a service in trouble says which', async () => {
  const objects = changed('Pod', data, (object) => [
    {
      ...object,
      status: {
        phase: 'Pending',
        containerStatuses: [
          { name: data, image: 'x', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } },
        ],
      },
    },
  ]);
  const service = serviceIn(await statusOf(clusterWith(objects)));
  assert.equal(service?.state, 'starting');
  assert.match(service?.reason ?? '', /can't be pulled/);
});

test('a ready service that does not answer has no version, and says why', async () => {
  const report = await statusOf(clusterWith(running()), new Map([[data, { silence: 'no answer within 1.5 s' }]]));
  const service = serviceIn(report);
  assert.equal(service?.version, undefined);
  assert.equal(service?.state, 'ready');
  assert.equal(service?.reason, "it doesn't tell its version: no answer within 1.5 s");
});

for (const [kind, what] of [
  ['Pod', 'pods'],
  ['Deployment', 'Deployments'],
  ['Service', 'addresses'],
  ['Event', 'events'],
  ['Node', 'cluster and nodes'],
  ['ConfigMap', 'the record of what was installed'],
  ['PersistentVolume', 'volumes'],
  ['PersistentVolumeClaim', 'claims'],
] as const) {
  test(`without ${what} the rest stands`, async () => {
    const report = await statusOf(denying(running(), kind));
    assert.deepEqual(report.unknown, [{ what, reason: `no ${kind} for you` }]);
    assert.equal(report.services.length, plan.services.length);
    const isDecisive = kind === 'Pod' || kind === 'Deployment';
    assert.equal(serviceIn(report)?.state, isDecisive ? 'unknown' : 'ready');
  });
}

test('a service that the release does not know is shown as well', async () => {
  const name = 'device-of-the-site';
  const [known] = running().filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === data);
  assert.ok(known);
  const labels = { ...commonLabels(fuji()), [serviceLabel]: name };
  const strange = { ...known, metadata: { ...known.metadata, name, labels } };
  const report = await statusOf(clusterWith([...running(), strange, pod(name, 'site/device:1')]));
  assert.equal(serviceIn(report, name)?.state, 'ready');
  assert.equal(serviceIn(report, name)?.image, 'site/device:1');
});

test("somebody else's Deployment is none of ours", async () => {
  const foreign = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'theirs', namespace }, spec: {} };
  const report = await statusOf(clusterWith([foreign]));
  assert.equal(report.isInstalled, false);
  assert.deepEqual(report.services, []);
});

test('an exposed service has its addresses outside, too', async () => {
  const objects = changed('Service', data, (object) => [
    {
      ...object,
      spec: { ...(object.spec as object), clusterIP: '10.0.0.15', ports: [{ port: 48080, nodePort: 30080 }] },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }, { hostname: 'lb.example.com' }] } },
    },
  ]);
  const { addresses = [] } = serviceIn(await statusOf(clusterWith(objects))) ?? {};
  assert.deepEqual(
    addresses.map(({ address }) => address),
    ['10.0.0.15:48080', '192.0.2.7:48080', 'lb.example.com:48080', 'any node:30080'],
  );
});
