import type { BootEvent, ServiceState } from '../../src/base/events.ts';

/** An event, and when it was told since the run began. */
export interface Told {
  readonly atMs: number;
  readonly event: BootEvent;
}

/** When the recorded run began. */
export const beganAt = Date.parse('2026-11-24T14:46:03.250Z');

function service(atMs: number, name: string, state: ServiceState, reason?: string): Told {
  const elapsedMs = atMs - 2000;
  return { atMs, event: { type: 'service', service: name, state, elapsedMs, ...(reason ? { reason } : {}) } };
}

const beginning: readonly Told[] = [
  { atMs: 0, event: { type: 'stage', stage: 'facts', message: 'looking at the cluster' } },
  { atMs: 90, event: { type: 'fact', name: 'kubeconfig', value: '/etc/rancher/k3s/k3s.yaml, context default' } },
  { atMs: 400, event: { type: 'fact', name: 'cluster', value: 'k3s v1.34.4+k3s1, node gateway-7' } },
  { atMs: 450, event: { type: 'stage', stage: 'plan', message: 'planning' } },
  {
    atMs: 460,
    event: { type: 'fact', name: 'storage', value: 'local volumes in /var/lib/edgex (gateway-7 is the only node)' },
  },
  { atMs: 900, event: { type: 'stage', stage: 'apply', message: 'applying 4 of 5 objects' } },
  { atMs: 950, event: { type: 'applied', object: 'namespace/edgex', action: 'created' } },
  { atMs: 960, event: { type: 'applied', object: 'configmap/edgex-boot', action: 'created' } },
  { atMs: 970, event: { type: 'applied', object: 'service/edgex-ui-go', action: 'unchanged' } },
  { atMs: 980, event: { type: 'applied', object: 'deployment/edgex-core-consul', action: 'changed' } },
  { atMs: 1200, event: { type: 'applied', object: 'deployment/edgex-old', action: 'deleted' } },
  { atMs: 2000, event: { type: 'stage', stage: 'rollout', message: 'waiting for 4 services' } },
  service(2010, 'edgex-core-consul', 'starting'),
  service(2010, 'edgex-mongo', 'pulling', 'edgexfoundry/docker-edgex-mongo:1.1.0'),
  service(2010, 'edgex-core-data', 'waiting', 'for its settings in Consul'),
  service(2010, 'edgex-ui-go', 'starting'),
  service(2600, 'edgex-core-data', 'waiting', 'for its settings in Consul'),
  service(3400, 'edgex-ui-go', 'ready'),
  service(5000, 'edgex-core-consul', 'ready'),
  {
    atMs: 5100,
    event: {
      type: 'seeded',
      service: 'edgex-core-data',
      written: 76,
      kept: ['edgex/core/1.0/edgex-core-data/Writable/LogLevel'],
    },
  },
  { atMs: 5110, event: { type: 'seeded', service: 'edgex-core-metadata', written: 1, kept: [] } },
  { atMs: 5120, event: { type: 'seeded', service: 'edgex-core-command', written: 0, kept: [] } },
  service(5600, 'edgex-core-data', 'waiting', 'for edgex-mongo'),
  {
    atMs: 6000,
    event: {
      type: 'warning',
      object: 'pod/edgex-mongo-5d9',
      message: 'Back-off pulling image',
      hint: 'Is the registry reachable?',
    },
  },
  { atMs: 32_000, event: { type: 'heartbeat', waitingFor: ['edgex-mongo', 'edgex-core-data'], elapsedMs: 30_000 } },
];

/** A first installation that comes to its end. */
export const goodRun: readonly Told[] = [
  ...beginning,
  service(33_000, 'edgex-mongo', 'ready'),
  service(33_100, 'edgex-core-data', 'starting'),
  service(38_400, 'edgex-core-data', 'ready'),
  { atMs: 38_500, event: { type: 'stage', stage: 'verify', message: 'waiting for the first event' } },
  { atMs: 39_000, event: { type: 'heartbeat', waitingFor: ['events'], elapsedMs: 500 } },
  { atMs: 40_000, event: { type: 'fact', name: 'first event', value: 'after 1.5 s' } },
  {
    atMs: 40_100,
    event: {
      type: 'done',
      message: 'EdgeX 1.1.0 runs in namespace edgex',
      writes: 452,
      requests: 168,
      elapsedMs: 40_100,
      isHealthy: true,
    },
  },
];

/** The same, but a service fails; its log tells more than it should. */
export const badRun: readonly Told[] = [
  ...beginning,
  service(33_000, 'edgex-mongo', 'failed', 'exited 1 after 3 restarts'),
  {
    atMs: 33_050,
    event: {
      type: 'failure',
      error: {
        exit: 'rollout',
        object: 'deployment/edgex-mongo',
        cause: 'its container exited 1',
        hint: 'Look whether the volume is writable, then run this again.',
        evidence: [
          'Warning BackOff: back-off restarting failed container',
          '2026-11-24 \x1b[31mERROR\x1b[0m cannot connect to mongodb://core:hunter2-of-mongo@edgex-mongo:27017/coredata',
          'environment: MONGO_INITDB_ROOT_PASSWORD=correct-horse-battery',
        ],
      },
    },
  },
];

/** A second run on a healthy system. */
export const quietRun: readonly Told[] = [
  { atMs: 0, event: { type: 'stage', stage: 'facts', message: 'looking at the cluster' } },
  { atMs: 300, event: { type: 'stage', stage: 'plan', message: 'planning' } },
  { atMs: 700, event: { type: 'stage', stage: 'rollout', message: 'waiting for 1 services' } },
  { atMs: 800, event: { type: 'service', service: 'edgex-core-consul', state: 'ready', elapsedMs: 100 } },
  {
    atMs: 900,
    event: { type: 'done', message: 'EdgeX 1.1.0 runs in namespace edgex', writes: 0, elapsedMs: 900, isHealthy: true },
  },
];
