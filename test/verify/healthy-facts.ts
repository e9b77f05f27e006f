import type { Deployment, KubeObject, Pod } from '../../src/base/kube-types.ts';
import type { MachineHealth } from '../../src/facts/machine-health.ts';
import type { ClaimFacts, VolumeFacts } from '../../src/facts/types.ts';
import { expandConfiguration } from '../../src/plan/configuration.ts';
import { claimLabel, commonLabels, namespaceLabel } from '../../src/plan/labels.ts';
import { planSeed, type Stored } from '../../src/plan/seed.ts';
import type { PlannedService } from '../../src/plan/types.ts';
import type {
  Answer,
  DeviceFacts,
  RecentEvents,
  Registration,
  ServiceFacts,
  VerifyFacts,
} from '../../src/verify/facts.ts';
import { clusterFacts, mountFacts } from '../support/facts.ts';
import { fujiPlan, fujiTrees } from '../support/fuji.ts';

/** The facts of a system in which every check passes, and changes of them by which one fails. */

export const nowMs = Date.parse('2026-06-01T12:00:00Z');
export const plan = fujiPlan({ database: 'mongo', namespace: 'edgex' });
export const good: Answer = { status: 200, body: 'pong' };
const startedAt = iso(-3_600_000);

/** A date so long after now. */
export function iso(afterMs: number): string {
  return new Date(nowMs + afterMs).toISOString();
}

export function serviceFacts(planned: PlannedService, changes: Partial<ServiceFacts> = {}): ServiceFacts {
  const { name } = planned;
  const find = (kind: string): KubeObject | undefined =>
    plan.objects.find((object) => object.kind === kind && object.metadata.name === name);
  return {
    planned,
    deployment: find('Deployment') as Deployment,
    service: find('Service') as KubeObject,
    pod: podOf(name, {}),
    isReady: true,
    readySinceMs: nowMs - 3_590_000,
    ...changes,
  };
}

/** A pod whose container is as said. */
export function podOf(service: string, container: object): Pod {
  const status = {
    name: service,
    image: 'i',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt } },
    ...container,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${service}-1`, namespace: 'edgex', labels: { 'org.edgexfoundry.service': service } },
    spec: { containers: [{ name: service, image: 'i', resources: { limits: { memory: '192Mi' } } }] },
    status: { phase: 'Running', containerStatuses: [status] },
  };
}

/** All services, some of them changed. */
export function withServices(changes: Readonly<Record<string, Partial<ServiceFacts>>>): Pick<VerifyFacts, 'services'> {
  return { services: async () => plan.services.map((planned) => serviceFacts(planned, changes[planned.name])) };
}

const rows = plan.services.flatMap(({ row }) => row.claims);

export function claim(name: string, changes: Partial<ClaimFacts> = {}): ClaimFacts {
  const labels = { ...commonLabels(plan.release), [claimLabel]: name };
  return { name, labels, phase: 'Bound', volumeName: `pv-${name}`, size: '128Mi', ...changes };
}

export function volume(name: string, changes: Partial<VolumeFacts> = {}): VolumeFacts {
  return {
    name: `pv-${name}`,
    labels: { ...commonLabels(plan.release), [claimLabel]: name, [namespaceLabel]: 'edgex' },
    phase: 'Bound',
    capacity: '128Mi',
    accessModes: ['ReadWriteOnce'],
    isBlock: false,
    className: '',
    reclaimPolicy: 'Retain',
    source: { kind: 'local', path: `/var/lib/edgex/edgex/${name}` },
    hostnames: ['node-1'],
    ...changes,
  };
}

/** The storage, one claim and its volume changed. */
export function withStorage(
  name: string,
  claimChanges: Partial<ClaimFacts>,
  volumeChanges: Partial<VolumeFacts> = {},
): Pick<VerifyFacts, 'storage'> {
  return {
    storage: async () => ({
      classes: [],
      claims: rows.map((row) => claim(row.name, row.name === name ? claimChanges : {})),
      volumes: rows.map((row) => volume(row.name, row.name === name ? volumeChanges : {})),
    }),
  };
}

const registered = plan.services.filter(({ row }) => row.registration !== undefined).map(({ name }) => name);
export const wanted = expandConfiguration(fujiTrees(), {
  database: 'mongo',
  pristine: false,
  services: registered,
  overrides: {},
});

/** What the registry has after an installation, but for these keys; undefined takes one away. */
export function storedWith(changes: Readonly<Record<string, string | undefined>> = {}): Stored {
  const operations = plan.configuration.flatMap((each) => planSeed(each, new Map(), 'fuji').operations);
  const written = operations.flatMap((operation) =>
    operation.verb === 'write' ? [[operation.key, operation.value] as const] : [],
  );
  const own = wanted.flatMap(({ keys }) => Object.entries(keys));
  const all = Object.entries({ ...Object.fromEntries([...own, ...written]), ...changes });
  return new Map(
    all.flatMap(([key, value], index) =>
      value === undefined ? [] : [[key, { value, modifyIndex: index + 1 }] as const],
    ),
  );
}

export const registrations: readonly Registration[] = plan.services.flatMap(({ name, row }) =>
  row.registration === undefined
    ? []
    : [
        {
          name: row.registration,
          checks: [{ status: 'passing', output: `HTTP GET http://${name}/api/v1/ping: 200 OK Output: pong` }],
        },
      ],
);

export const devices: readonly DeviceFacts[] = plan.services.flatMap(({ name, row }) =>
  Object.keys(row.devices ?? {}).map((device) => ({ service: name, device, isRegistered: true, isKnown: true })),
);

/** So many events of each device in two minutes, the newest of each so old. */
export function recent(perDevice: number, newestAgeMs: number, silent?: string): RecentEvents {
  const events = devices
    .filter(({ device }) => device !== silent)
    .flatMap(({ device }) =>
      Array.from({ length: perDevice }, (_, index) => ({ device, createdMs: nowMs - newestAgeMs - index * 4_000 })),
    );
  return { events, sinceMs: nowMs - 120_000, untilMs: nowMs };
}

export const machine: MachineHealth = {
  name: 'node-1',
  dateMs: nowMs,
  architecture: 'arm64',
  memoryBytes: 4 * 2 ** 30,
  swapBytes: 0,
  limitsMemory: true,
  mounts: [mountFacts()],
  ports: [22, 6443, 10250],
};

export function withMachine(changes: Partial<MachineHealth>): Pick<VerifyFacts, 'machine'> {
  return { machine: async () => ({ ...machine, ...changes }) };
}

/** Every fact of a system that is well, with these changes. */
export function healthyFacts(changes: Partial<VerifyFacts> = {}): VerifyFacts {
  return {
    namespace: 'edgex',
    release: plan.release,
    way: 'direct',
    machine: async () => machine,
    cluster: async () => clusterFacts({}),
    nodeHealth: async () => [{ node: 'node-1', troubles: [] }],
    dates: async () => ({ serverMs: nowMs, machineMs: nowMs + 400 }),
    heartbeats: async () => [{ node: 'node-1', renewedMs: nowMs - 7_000 }],
    dns: async () => ({ service: 'kube-system/kube-dns', readyEndpoints: 2 }),
    missingRights: async () => ({ asked: 12, missing: 0, roles: [] }),
    rehearsal: async () => '34 of 34 objects would be written',
    installation: async () => ({ exists: true, terminating: false, version: '1.1.0', storage: 'local:/var/lib/edgex' }),
    plan: async () => plan,
    ...withStorage('', {}),
    volumeSpace: async () =>
      rows.map(({ name }) => ({
        claim: name,
        sizeBytes: 2 ** 30,
        freeBytes: 2 ** 29,
        inodes: { all: 1000, free: 900 },
      })),
    leader: async () => '127.0.0.1:8300',
    agent: async () => ({ isServer: true, isDev: false, dataDir: '/consul/data' }),
    settings: async () => ({ stored: storedWith(), wanted }),
    registrations: async () => registrations,
    ...withServices({}),
    answers: async () => new Map(plan.services.map(({ name }) => [name, good])),
    versions: async () =>
      new Map(
        plan.services.flatMap(({ name, row }) =>
          row.version === undefined
            ? []
            : [[name, { status: 200, body: JSON.stringify({ version: row.version }) }] as const],
        ),
      ),
    databaseAnswers: async () => new Map([['edgex-core-data', { status: 200, body: '7' }]]),
    devices: async () => devices,
    eventCounts: async () => [
      { atMs: 0, count: 100 },
      { atMs: 10_000, count: 106 },
    ],
    recentEvents: async () => recent(19, 3_000),
    commands: async () => [{ device: 'Random-Boolean-Device', answer: { status: 200, body: '{"readings":[]}' } }],
    exportTrial: () => Promise.reject(new Error('tested elsewhere')),
    feeds: async () => [{ from: 'a', to: 'b', port: 5566, isListening: true, detail: 'accepts' }],
    ...changes,
  };
}
