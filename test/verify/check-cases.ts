import { BootError } from '../../src/base/errors.ts';
import type { Deployment, KubeObject } from '../../src/base/kube-types.ts';
import { ledgerKey } from '../../src/plan/seed.ts';
import type { VerifyFacts } from '../../src/verify/facts.ts';
import type { CheckOutcome } from '../../src/verify/types.ts';
import { clusterFacts, mountFacts } from '../support/facts.ts';
import { fujiPlan } from '../support/fuji.ts';
import {
  devices,
  good,
  iso,
  machine,
  nowMs,
  plan,
  podOf,
  recent,
  registrations,
  serviceFacts,
  storedWith,
  wanted,
  withMachine,
  withServices,
  withStorage,
} from './healthy-facts.ts';

/** A change of a healthy system, and what the check says of it. */
export interface Case {
  readonly what: string;
  readonly facts: Partial<VerifyFacts>;
  readonly outcome: CheckOutcome;
  readonly detail: RegExp;
}

const data = 'edgex-core-data';
const consul = 'edgex-core-consul';
const mongo = 'edgex-mongo';
const virtual = 'edgex-device-virtual';
const silentCluster = new BootError({
  exit: 'cluster',
  object: 'API server x',
  cause: 'nothing listens there',
  hint: 'start it',
});
const silence = { silence: 'connect ECONNREFUSED 10.43.0.9:48080' };

function fails(what: string, facts: Partial<VerifyFacts>, detail: RegExp): Case {
  return { what, facts, detail, outcome: 'failed' };
}

function passes(what: string, facts: Partial<VerifyFacts>, detail: RegExp): Case {
  return { what, facts, detail, outcome: 'passed' };
}

function skips(what: string, facts: Partial<VerifyFacts>, detail: RegExp): Case {
  return { what, facts, detail, outcome: 'skipped' };
}

function deploymentWith(name: string, replicas: number, image?: string): Deployment {
  const found = serviceFacts(serviceNamed(name)).deployment as Deployment;
  const template = structuredClone(found.spec.template) as { spec: { containers: { image: string }[] } };
  const [container] = template.spec.containers;
  if (container && image !== undefined) container.image = image;
  return { ...found, spec: { ...found.spec, replicas, template } };
}

function serviceNamed(name: string) {
  const found = plan.services.find((service) => service.name === name);
  if (!found) throw new Error(name);
  return found;
}

function kubeService(name: string, spec: object): KubeObject {
  const found = serviceFacts(serviceNamed(name)).service as KubeObject;
  return { ...found, spec: { ...(found.spec as object), ...spec } };
}

const without = (...names: readonly string[]) => ({
  services: async () =>
    plan.services.filter(({ name }) => !names.includes(name)).map((planned) => serviceFacts(planned)),
});
const running = (agoMs: number, more: object = {}) =>
  podOf(data, { ready: false, state: { running: { startedAt: iso(-agoMs) } }, ...more });
const ended = (agoMs: number, reason: string, exitCode: number) =>
  podOf(data, { restartCount: 1, lastState: { terminated: { reason, exitCode, finishedAt: iso(-agoMs) } } });
const answersWith = (name: string, answer: typeof silence | typeof good) => ({
  answers: async () => new Map([...plan.services.map((service) => [service.name, good] as const), [name, answer]]),
});
const node = (changes: object) => ({ cluster: async () => clusterFacts(changes) });
const clockGoneBackBy = (ms: number): Partial<VerifyFacts> => ({
  ...withMachine({ dateMs: nowMs - ms }),
  dates: async () => ({ serverMs: nowMs - ms, machineMs: nowMs - ms + 100 }),
  heartbeats: async () => [{ node: 'node-1', renewedMs: nowMs - ms - 3_000 }],
});
const key = 'edgex/core/1.0/edgex-core-data/Writable/LogLevel';
const hostKey = 'edgex/core/1.0/edgex-core-data/Databases/Primary/Host';
const settings = (changes: Readonly<Record<string, string | undefined>>) => ({
  settings: async () => ({ stored: storedWith(changes), wanted }),
});
const registered = (name: string, status: string, output: string) => ({
  registrations: async () =>
    registrations.map((each) => (each.name === name ? { name, checks: [{ status, output }] } : each)),
});

/** By code: each has one that fails and, beside the healthy system itself, those that are near to it and pass. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  'machine-architecture': [
    fails('a 32-bit system', withMachine({ architecture: 'arm' }), /^it is arm; there are images for amd64 and arm64$/),
    skips('not on a node', { machine: async () => undefined }, /no node of the cluster/),
  ],
  'machine-memory': [
    fails(
      'a Raspberry Pi with 1 GB',
      withMachine({ memoryBytes: 0.9 * 2 ** 30 }),
      /^node-1 has 922 MiB; 1\.\d GiB are needed$/,
    ),
    passes('2 GB, of which the firmware keeps a part', withMachine({ memoryBytes: 1_939_772 * 1024 }), /1\.8 GiB/),
  ],
  'machine-memory-cgroup': [
    fails(
      'the kernel of a Raspberry Pi as it is delivered',
      withMachine({ limitsMemory: false }),
      /memory controller is off/,
    ),
    skips(
      'a kernel that does not say',
      { machine: async () => (({ limitsMemory: _, ...rest }) => rest)(machine) },
      /doesn't say/,
    ),
  ],
  'machine-disk-space': [
    fails(
      '200 MiB left',
      withMachine({ mounts: [mountFacts({ space: { sizeBytes: 29 * 2 ** 30, freeBytes: 200 * 2 ** 20 } })] }),
      /^\/: 200 MiB of 29 GiB free$/,
    ),
    fails(
      '3 % left',
      withMachine({
        mounts: [mountFacts({ path: '/data', space: { sizeBytes: 1000 * 2 ** 30, freeBytes: 30 * 2 ** 30 } })],
      }),
      /^\/data: 30 GiB/,
    ),
    passes(
      'memory is full',
      withMachine({
        mounts: [
          mountFacts(),
          mountFacts({ path: '/run', medium: 'memory', space: { sizeBytes: 2 ** 20, freeBytes: 0 } }),
        ],
      }),
      /50 GiB/,
    ),
  ],
  'machine-disk-medium': [
    fails(
      'an SD card',
      withMachine({ mounts: [mountFacts({ medium: 'sd-card' })] }),
      /^\/var\/lib\/edgex lies on an SD card$/,
    ),
    fails(
      'memory',
      withMachine({ mounts: [mountFacts(), mountFacts({ path: '/var/lib/edgex', medium: 'memory' })] }),
      /lies in memory/,
    ),
    passes(
      'the system on an SD card, the data not',
      withMachine({ mounts: [mountFacts({ medium: 'sd-card' }), mountFacts({ path: '/var/lib/edgex' })] }),
      /ssd/,
    ),
  ],
  'machine-clock': [
    fails(
      'an hour behind',
      { dates: async () => ({ serverMs: nowMs, machineMs: nowMs - 3_600_000 }) },
      /^it is 3600\.0 s behind the API server$/,
    ),
    passes('a single node, whose clock nobody else knows', {}, /which on a single node may have the same clock$/),
    fails('a clock without a battery', withMachine({ dateMs: 0 }), /the year is 1970/),
    skips('a cluster that does not answer', { dates: () => Promise.reject(silentCluster) }, /doesn't answer/),
  ],
  'machine-swap': [fails('100 MiB of swap', withMachine({ swapBytes: 100 * 2 ** 20 }), /^it has 100 MiB of swap$/)],
  'machine-ports': [
    fails(
      'EdgeX with Docker',
      withMachine({ ports: [22, 48080, 8500] }),
      /^something listens on ports 8500 \(edgex-core-consul\), 48080 \(edgex-core-data\)$/,
    ),
    passes('a broker of the site, where none of ours is wanted', withMachine({ ports: [22, 1883] }), /nothing listens/),
    fails(
      'a broker beside ours',
      { ...withMachine({ ports: [1883] }), plan: async () => fujiPlan({ database: 'mongo', with: ['mqtt-broker'] }) },
      /^something listens on port 1883 \(edgex-mqtt-broker\)$/,
    ),
  ],
  'cluster-reachable': [
    fails(
      'nobody there',
      {
        cluster: () =>
          Promise.reject(new BootError({ exit: 'cluster', object: 'API server x', cause: 'nothing listens there' })),
      },
      /^API server x: nothing listens there$/,
    ),
  ],
  'cluster-rights': [
    fails(
      'two are missing',
      { missingRights: async () => ({ asked: 12, missing: 2, roles: ['# list pods'] }) },
      /^2 of 12 are missing$/,
    ),
  ],
  'cluster-version': [
    fails(
      'an old cluster',
      { cluster: async () => ({ ...clusterFacts({}), version: 'v1.19.3+k3s1' }) },
      /^it is v1\.19\.3\+k3s1; 1\.23 is the oldest$/,
    ),
    passes(
      'one that is newer than what was tested',
      { cluster: async () => ({ ...clusterFacts({}), version: 'v1.99.0' }) },
      /newer than was tested/,
    ),
    skips(
      'a server that keeps it to itself',
      { cluster: async () => ({ ...clusterFacts({}), version: 'unknown' }) },
      /unknown/,
    ),
  ],
  'nodes-ready': [
    fails('NotReady', node({ ready: false }), /^node\/node-1: it is NotReady$/),
    fails('cordoned', node({ unschedulable: true }), /^node\/node-1: it is cordoned$/),
    fails('none', { cluster: async () => clusterFacts() }, /no node/),
  ],
  'nodes-pressure': [
    fails(
      'a full disk',
      {
        nodeHealth: async () => [
          { node: 'node-1', troubles: [{ type: 'DiskPressure', message: 'kubelet has disk pressure' }] },
        ],
      },
      /^node\/node-1: DiskPressure: kubelet has disk pressure$/,
    ),
  ],
  'nodes-clock': [
    fails(
      'a node ahead',
      { heartbeats: async () => [{ node: 'node-1', renewedMs: nowMs + 600_000 }] },
      /^node\/node-1: its clock is about 10 min ahead of the API server's$/,
    ),
    fails(
      'a node behind',
      { heartbeats: async () => [{ node: 'node-1', renewedMs: nowMs - 3_600_000 }] },
      /behind the API server's/,
    ),
    fails(
      'a single node that has lost a day: all clocks agree, and all are wrong',
      clockGoneBackBy(86_400_000),
      /^the cluster's clock: it has gone back to 2026-05-31T12:\S+; the start of edgex-\S+ was at 2026-06-01T11:00:00.000Z$/,
    ),
    fails(
      'a verification that is still to come',
      {
        installation: async () => ({
          ...{ exists: true, terminating: false, version: '1.1.0', storage: 'local:/var/lib/edgex' },
          verifiedMs: nowMs + 7_200_000,
        }),
        heartbeats: async () => undefined,
      },
      /; the last verification was at 2026-06-01T14:00:00.000Z$/,
    ),
    passes(
      'one that is gone has no clock',
      { ...node({ ready: false }), heartbeats: async () => [{ node: 'node-1', renewedMs: 0 }] },
      /agree/,
    ),
    skips('not allowed', { heartbeats: async () => undefined }, /may not read/),
  ],
  'cluster-dns': [
    fails(
      'no pod of it is ready',
      { dns: async () => ({ service: 'kube-system/kube-dns', readyEndpoints: 0 }) },
      /has no pod that is ready$/,
    ),
    fails(
      'the registry finds nobody',
      registered(
        data,
        'critical',
        'Get http://edgex-core-data:48080/api/v1/ping: dial tcp: lookup edgex-core-data on 10.43.0.10:53: read udp: i/o timeout',
      ),
      /finds no address/,
    ),
    passes(
      'a Service that is gone is another matter',
      registered(
        data,
        'critical',
        'Get http://edgex-core-data:48080/api/v1/ping: dial tcp: lookup edgex-core-data on 10.43.0.10:53: no such host',
      ),
      /finds \d+ services/,
    ),
    passes('another DNS, which works', { dns: async () => ({ readyEndpoints: 0 }) }, /finds \d+ services/),
  ],
  'plan-fits': [
    fails(
      'a class that does not exist',
      {
        rehearsal: () =>
          Promise.reject(
            new BootError({
              exit: 'preflight',
              object: '--storage class:x',
              cause: 'no such class',
              hint: 'Did you mean y?',
            }),
          ),
      },
      /^--storage class:x: no such class$/,
    ),
  ],
  'installation-present': [
    fails(
      'none',
      { installation: async () => ({ exists: false, terminating: false, version: '', storage: '' }) },
      /^namespace edgex has none$/,
    ),
    fails(
      'on its way out',
      { installation: async () => ({ exists: true, terminating: true, version: '1.1.0', storage: '' }) },
      /being deleted/,
    ),
  ],
  'claims-bound': [
    fails('one waits', withStorage('log-data', { phase: 'Pending' }), /^pvc\/log-data: it is Pending$/),
    fails(
      'one is gone',
      { storage: async () => ({ classes: [], claims: [], volumes: [] }) },
      /^3: pvc\/consul-data, pvc\/mongo-data, pvc\/log-data$/,
    ),
    fails('its volume is lost', withStorage('log-data', { phase: 'Lost' }), /it is Lost/),
  ],
  'volumes-present': [
    fails('a volume is gone', withStorage('log-data', { volumeName: 'pv-x' }), /^pv\/pv-x: it is not there$/),
    fails(
      'its node is gone',
      withStorage('log-data', {}, { hostnames: ['old-pi'] }),
      /^pv\/pv-log-data: it is on node old-pi, which is not there$/,
    ),
    fails('it failed', withStorage('log-data', {}, { phase: 'Failed' }), /it is Failed/),
  ],
  'volumes-retained': [
    fails(
      'Delete',
      withStorage('log-data', {}, { reclaimPolicy: 'Delete' }),
      /^pv\/pv-log-data: its data go with its claim \(Delete\)$/,
    ),
    passes(
      'what a class made',
      withStorage('log-data', {}, { reclaimPolicy: 'Delete', labels: {} }),
      /1 of a storage class/,
    ),
  ],
  'volumes-labelled': [
    fails(
      'a volume without',
      withStorage('log-data', {}, { labels: {} }),
      /^pv\/pv-log-data: it lacks app\.kubernetes\.io\/managed-by=edgex-boot, /,
    ),
    fails('a claim without', withStorage('log-data', { labels: {} }), /^pvc\/log-data: it lacks /),
    passes(
      'volumes of a class have none',
      {
        ...withStorage('log-data', {}, { labels: {} }),
        installation: async () => ({ exists: true, terminating: false, version: '1.1.0', storage: 'class:fast' }),
      },
      /all/,
    ),
  ],
  'volumes-free': [
    fails(
      '10 MiB left',
      { volumeSpace: async () => [{ claim: 'log-data', sizeBytes: 2 ** 27, freeBytes: 10 * 2 ** 20 }] },
      /^pvc\/log-data: 10 MiB of 128 MiB are left$/,
    ),
    fails(
      'no inodes',
      {
        volumeSpace: async () => [
          { claim: 'log-data', sizeBytes: 2 ** 30, freeBytes: 2 ** 29, inodes: { all: 1000, free: 3 } },
        ],
      },
      /3 of 1000 files/,
    ),
    skips('too early', { volumeSpace: async () => [] }, /measured/),
    skips('not allowed', { volumeSpace: async () => undefined }, /may not ask/),
  ],
  'consul-leader': [
    fails(
      'none',
      {
        leader: () =>
          Promise.reject(new BootError({ exit: 'timeout', object: 'http://consul:8500', cause: 'has no leader' })),
      },
      /has no leader$/,
    ),
  ],
  'consul-persistent': [
    fails(
      'development mode',
      { agent: async () => ({ isServer: true, isDev: true, dataDir: '' }) },
      /development mode/,
    ),
    fails(
      'a directory of the container',
      { agent: async () => ({ isServer: true, isDev: false, dataDir: '/tmp/consul' }) },
      /\/tmp\/consul, which is on no volume/,
    ),
    fails(
      'no server',
      { agent: async () => ({ isServer: false, isDev: false, dataDir: '/consul/data' }) },
      /no server/,
    ),
    fails(
      'a Deployment without its volume',
      withServices({
        [consul]: {
          deployment: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: consul },
            spec: { template: { spec: { containers: [{}] } } },
          },
        },
      }),
      /not mounted/,
    ),
  ],
  'consul-keys': [
    fails('a key is gone', settings({ [key]: undefined }), /^edgex-core-data: 1 of \d+ are missing$/),
    fails(
      'a key of a service that writes its own is gone',
      settings({ 'edgex/devices/1.0/device-virtual/Service/Port': undefined }),
      /^edgex-device-virtual: 1 of/,
    ),
    passes('a key that somebody added', settings({ 'edgex/core/1.0/edgex-core-data/Mine': 'x' }), /services$/),
  ],
  'consul-addresses': [
    fails(
      'another database',
      settings({ [hostKey]: 'localhost' }),
      /^edgex\/core\/1\.0\/edgex-core-data\/Databases\/Primary\/Host: it is localhost, and should be edgex-mongo$/,
    ),
    passes('a log level is no address', settings({ [key]: 'DEBUG' }), /as installed/),
  ],
  'consul-changes': [
    passes('a changed key is listed', settings({ [key]: 'DEBUG' }), /^1, which stay as they are$/),
    fails('no record', settings({ [ledgerKey(data)]: undefined }), /^edgex-core-data: there is no record/),
  ],
  'consul-registered': [
    fails(
      'one is missing',
      { registrations: async () => registrations.filter(({ name }) => name !== data) },
      /^edgex-core-data: it is not registered$/,
    ),
    passes(
      'one that is not ready is told elsewhere',
      {
        registrations: async () => registrations.filter(({ name }) => name !== data),
        ...withServices({ [data]: { isReady: false } }),
      },
      /services$/,
    ),
  ],
  'consul-passing': [
    fails(
      'one is critical',
      registered(data, 'critical', 'connection refused'),
      /^edgex-core-data: critical: connection refused$/,
    ),
    passes(
      'one that has only just started',
      { ...registered(data, 'critical', ''), ...withServices({ [data]: { readySinceMs: nowMs - 5_000 } }) },
      /1 are too new to tell$/,
    ),
    passes(
      'a registry that has only just started',
      { ...registered(data, 'critical', ''), ...withServices({ [consul]: { readySinceMs: nowMs - 5_000 } }) },
      /^0 services/,
    ),
  ],
  'services-present': [
    fails(
      'no Deployment',
      {
        services: async () =>
          plan.services.map((planned) =>
            planned.name === data
              ? (({ deployment: _, pod: __, ...rest }) => ({ ...rest, isReady: false }))(serviceFacts(planned))
              : serviceFacts(planned),
          ),
      },
      /^edgex-core-data: it has no Deployment$/,
    ),
  ],
  'services-scaled': [
    fails(
      'stopped',
      withServices({ [data]: { isReady: false, deployment: deploymentWith(data, 0) } }),
      /^edgex-core-data: it is scaled to 0$/,
    ),
  ],
  'services-ports': [
    fails(
      'a port is missing',
      withServices({ [data]: { service: kubeService(data, { ports: [{ port: 48080, targetPort: 48080 }] }) } }),
      /^service\/edgex-core-data: it lacks port 5563$/,
    ),
    fails(
      'it leads elsewhere',
      withServices({ [data]: { service: kubeService(data, { selector: { app: 'x' } }) } }),
      /it leads to app=x/,
    ),
    fails(
      'no Service',
      {
        services: async () =>
          plan.services.map((planned) =>
            planned.name === data ? (({ service: _, ...rest }) => rest)(serviceFacts(planned)) : serviceFacts(planned),
          ),
      },
      /^service\/edgex-core-data: it is not there$/,
    ),
  ],
  'services-image': [
    fails(
      'another image',
      withServices({ [data]: { deployment: deploymentWith(data, 1, 'mine:2') } }),
      /^edgex-core-data: its image is mine:2, and should be edgexfoundry\/docker-core-data-go:1\.1\.0$/,
    ),
  ],
  'services-ready': [
    fails(
      'it waits',
      withServices({
        [data]: {
          isReady: false,
          pod: podOf(data, { ready: false, state: { waiting: {} } }),
          trouble: { cause: 'its image is on the way', evidence: [] },
        },
      }),
      /^edgex-core-data: its image is on the way$/,
    ),
    fails(
      'one that is still starting, however long it takes',
      {
        ...withServices({
          [data]: {
            isReady: false,
            pod: running(180_000, { started: false }),
            trouble: { cause: 'it is starting', evidence: [] },
          },
        }),
        ...answersWith(data, silence),
      },
      /^edgex-core-data: it is starting$/,
    ),
    fails(
      'a database that recovers',
      withServices({
        [mongo]: {
          isReady: false,
          pod: podOf(mongo, { ready: false, started: false }),
          trouble: { cause: 'it is starting', evidence: [] },
        },
      }),
      /^edgex-mongo: it is starting$/,
    ),
    passes(
      'one that hangs is told elsewhere',
      { ...withServices({ [data]: { isReady: false, pod: running(60_000) } }), ...answersWith(data, silence) },
      /services$/,
    ),
  ],
  'services-answer': [
    fails(
      'alive, and nothing listens',
      { ...withServices({ [data]: { isReady: false, pod: running(180_000) } }), ...answersWith(data, silence) },
      /^edgex-core-data: its process has been running for 3 min, but: connect ECONNREFUSED/,
    ),
    fails('ready, and silent', answersWith(data, silence), /but: connect ECONNREFUSED/),
    passes(
      'one that is starting',
      { ...withServices({ [data]: { isReady: false, pod: running(3_000) } }), ...answersWith(data, silence) },
      /services$/,
    ),
  ],
  'services-restarts': [
    fails(
      'a crash a minute ago',
      withServices({ [data]: { pod: ended(60_000, 'Error', 1) } }),
      /^edgex-core-data: it ended 1 min ago with exit code 1 \(Error\); restarts: 1$/,
    ),
    passes('a crash an hour ago', withServices({ [data]: { pod: ended(3_600_000, 'Error', 1) } }), /none/),
    passes('a power cut', withServices({ [data]: { pod: ended(60_000, 'Unknown', 255) } }), /none/),
  ],
  'services-memory': [
    fails(
      'killed for memory',
      withServices({ [data]: { pod: ended(3_600_000, 'OOMKilled', 137) } }),
      /^edgex-core-data: it needed more than its limit of 192Mi/,
    ),
    passes('a week ago', withServices({ [data]: { pod: ended(7 * 86_400_000, 'OOMKilled', 137) } }), /none/),
  ],
  'services-version': [
    fails(
      'another one',
      { versions: async () => new Map([[data, { status: 200, body: '{"version":"1.0.0"}' }]]) },
      /^edgex-core-data: it says 1\.0\.0, and should be 1\.1\.0$/,
    ),
    fails(
      'none',
      { versions: async () => new Map([[data, { status: 404, body: 'not found' }]]) },
      /it says answers 404, not found/,
    ),
  ],
  'database-answers': [
    fails(
      'the database is away',
      { databaseAnswers: async () => new Map([[data, { status: 500, body: 'Could not dial Redis' }]]) },
      /^edgex-core-data: answers 500, Could not dial Redis$/,
    ),
    skips(
      'nobody can tell',
      { databaseAnswers: async () => new Map(), ...without(data, 'edgex-core-metadata') },
      /no service/,
    ),
  ],
  'database-users': [
    fails(
      'users are missing',
      withServices({ [mongo]: { isReady: false, pod: podOf(mongo, { ready: false }) } }),
      /^edgex-mongo: it runs, but hasn't its 9 users$/,
    ),
    skips('a database without users', without(mongo), /no users/),
  ],
  'devices-present': [
    fails(
      'one is missing',
      { devices: async () => devices.map((each, index) => (index === 0 ? { ...each, isRegistered: false } : each)) },
      /^Random-Boolean-Device: it is not in the database$/,
    ),
    skips('no device service', without(virtual), /no device service/),
  ],
  'devices-known': [
    fails(
      'one is unknown',
      { devices: async () => devices.map((each, index) => (index === 0 ? { ...each, isKnown: false } : each)) },
      /edgex-device-virtual does not know it/,
    ),
  ],
  'events-arrive': [
    fails(
      'silence',
      {
        eventCounts: async () => [
          { atMs: 0, count: 7 },
          { atMs: 30_000, count: 7 },
        ],
      },
      /^none in 30 s; 7 in all$/,
    ),
    passes(
      'old ones are purged meanwhile',
      {
        eventCounts: async () => [
          { atMs: 0, count: 700 },
          { atMs: 5_000, count: 3 },
          { atMs: 10_000, count: 5 },
        ],
      },
      /^2 in 10 s/,
    ),
  ],
  'events-recent': [
    fails(
      'one device is silent',
      { recentEvents: async () => recent(19, 3_000, 'Random-Float-Device') },
      /^Random-Float-Device: it has not sent by itself/,
    ),
    fails(
      'one that somebody has read',
      {
        recentEvents: async () => {
          const { events, ...rest } = recent(19, 3_000, 'Random-Float-Device');
          return { ...rest, events: [...events, { device: 'Random-Float-Device', createdMs: nowMs }] };
        },
      },
      /^Random-Float-Device: it has not sent by itself/,
    ),
    fails('all are silent', { recentEvents: async () => recent(5, 90_000) }, /^4: Random-Boolean-Device/),
    skips(
      'too early',
      { recentEvents: async () => recent(0, 0), ...withServices({ [virtual]: { readySinceMs: nowMs - 20_000 } }) },
      /only just started/,
    ),
  ],
  'events-rate': [
    fails(
      'a third of them',
      { recentEvents: async () => recent(6, 3_000) },
      /^12 a minute over 2 min; 38 are expected$/,
    ),
    passes('a burst is on its way', { recentEvents: async () => recent(13, 3_000) }, /^26 a minute/),
    skips('too early', withServices({ [virtual]: { readySinceMs: nowMs - 9_000 } }), /ready for 9\.0 s only/),
  ],
  'command-round-trip': [
    fails(
      'an error',
      { commands: async () => [{ device: 'Random-Boolean-Device', answer: { status: 500, body: 'Get "http://:0"' } }] },
      /^Random-Boolean-Device: answers 500, Get/,
    ),
    skips('no service for commands', without('edgex-core-command'), /no service for commands/),
  ],
  'rules-engine-fed': [
    fails(
      'nobody there',
      {
        feeds: async () => [
          { from: 'app', to: 'rules', port: 5566, isListening: false, detail: 'the Service lacks the port' },
        ],
      },
      /^app:5566: the Service lacks the port$/,
    ),
    skips('no rules engine', without('edgex-support-rulesengine'), /nothing that is fed/),
  ],
};
