import type { CheckResult, ServiceSummary, ServiceTimeline, VerifyReport } from '../../src/verify/types.ts';

/** Reports as a verification makes them, one of each kind that shows differently. */

const startedMs = Date.UTC(2026, 10, 24, 18, 17, 13);
const minuteMs = 60_000;

function check(
  code: string,
  category: CheckResult['category'],
  title: string,
  more: Partial<CheckResult> = {},
): CheckResult {
  return { code, category, title, level: 'error', outcome: 'passed', elapsedMs: 40, ...more };
}

const passedChecks: readonly CheckResult[] = [
  check('architecture', 'machine', 'The processor is one that the release has images for', {
    detail: 'arm64',
    level: 'fatal',
    elapsedMs: 1,
  }),
  check('memory', 'machine', 'There is enough memory', { detail: '3.7 GiB, 2.1 GiB of it available', elapsedMs: 1 }),
  check('memory-cgroup', 'machine', 'The kernel accounts for memory', {
    detail: 'cgroup v2, memory is on',
    elapsedMs: 2,
  }),
  check('disk-space', 'machine', 'The disk has room for data and images', {
    detail: '21 GiB free on /var/lib',
    elapsedMs: 4,
  }),
  check('swap', 'machine', 'Swap is off', {
    level: 'warning',
    outcome: 'failed',
    detail: '100 MiB of swap are in use',
    evidence: ['/var/swap  file  102396 KiB'],
    hint: 'Turn it off with sudo dphys-swapfile swapoff, or let the kubelet know that it is there.',
    elapsedMs: 1,
  }),
  check('cluster-reachable', 'cluster', 'The API server answers', {
    level: 'fatal',
    detail: 'https://127.0.0.1:6443, in 12 ms',
    elapsedMs: 12,
  }),
  check('cluster-version', 'cluster', 'Its version is one that this program knows', {
    detail: 'v1.34.4+k3s1',
    elapsedMs: 8,
  }),
  check('nodes-ready', 'cluster', 'Every node is ready and without pressure', { detail: '1 of 1', elapsedMs: 15 }),
  check('claims-bound', 'storage', 'Every claim has its volume', {
    detail: '2 of 2',
    evidence: ['consul-data → edgex-consul-data, 128 MiB', 'db-data → edgex-db-data, 1 GiB'],
    elapsedMs: 31,
  }),
  check('consul-leader', 'consul', 'Consul has a leader', { detail: '127.0.0.1:8300', elapsedMs: 9 }),
  check('keys-complete', 'consul', 'Every setting is in Consul', { detail: '538 of 538 keys', elapsedMs: 62 }),
  check('keys-edited', 'consul', 'Settings are as the release has them', {
    level: 'warning',
    outcome: 'skipped',
    detail: 'nobody has changed any',
  }),
  check('services-ready', 'services', 'Every service is ready', { detail: '13 of 13', elapsedMs: 25 }),
  check('services-answer', 'services', 'Every service answers its ping', {
    detail: '9 of 9, the slowest in 21 ms',
    elapsedMs: 44,
  }),
  check('events-arrive', 'data', 'Events arrive at core-data', {
    detail: '25 in 40.0 s, 37.5 a minute',
    elapsedMs: 40_020,
  }),
  check('command-round-trip', 'data', 'A device answers a command', {
    detail: 'Random-Boolean-Device, in 18 ms',
    elapsedMs: 18,
  }),
];

const names: readonly (readonly [name: string, port: number, waitsFor: readonly string[], ready: number])[] = [
  ['edgex-core-consul', 8500, [], 4],
  ['edgex-redis', 6379, [], 2],
  ['edgex-support-logging', 48061, ['edgex-core-consul', 'edgex-redis'], 7],
  ['edgex-core-metadata', 48081, ['edgex-core-consul', 'edgex-redis'], 8],
  ['edgex-core-data', 48080, ['edgex-core-consul', 'edgex-redis'], 8],
  ['edgex-core-command', 48082, ['edgex-core-consul', 'edgex-redis', 'edgex-core-metadata'], 10],
  ['edgex-app-service-configurable-rules', 48100, ['edgex-core-consul', 'edgex-core-data'], 11],
  ['edgex-support-rulesengine', 48075, ['edgex-core-consul', 'edgex-app-service-configurable-rules'], 19],
  ['edgex-device-virtual', 49990, ['edgex-core-consul', 'edgex-core-data', 'edgex-core-metadata'], 12],
];

function timeline([service, , waitsFor, ready]: (typeof names)[number]): ServiceTimeline {
  const createdMs = startedMs - 90 * minuteMs;
  const gatesMs = waitsFor.length === 0 ? 0 : (ready - 3) * 1_000;
  return {
    service,
    createdMs,
    ...(waitsFor.length === 0 ? {} : { gatesPassedMs: createdMs + gatesMs }),
    startedMs: createdMs + gatesMs + 1_000,
    readyMs: createdMs + ready * 1_000,
    waitsFor,
    restarts: 0,
  };
}

function service([name, port]: (typeof names)[number], index: number): ServiceSummary {
  const isEdgex = index > 1;
  return {
    name,
    ...(isEdgex ? { version: '1.1.0' } : {}),
    image: isEdgex
      ? `edgexfoundry/docker-${name.replace('edgex-', '')}-go-arm64:1.1.0`
      : `${name.split('-').at(-1)}:1.4.3`,
    isReady: true,
    restarts: 0,
    sinceMs: startedMs - 90 * minuteMs,
    node: 'raspberrypi-7',
    addresses: [{ name, port, address: `10.43.0.${20 + index}:${port}` }],
  };
}

function countsOf(checks: readonly CheckResult[]): VerifyReport['counts'] {
  const count = (outcome: CheckResult['outcome']) => checks.filter((each) => each.outcome === outcome).length;
  const warnings = checks.filter(({ outcome, level }) => outcome === 'failed' && level === 'warning').length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), warnings };
}

/** All is well, but for a warning. */
export const goodReport: VerifyReport = {
  verdict: 'passed',
  counts: countsOf(passedChecks),
  version: '0.1.0',
  startedMs,
  elapsedMs: 41_300,
  site: 'Pump 17',
  namespace: 'edgex',
  cluster: {
    version: 'v1.34.4+k3s1',
    distribution: 'k3s',
    nodes: [{ name: 'raspberrypi-7', architecture: 'arm64', isReady: true }],
  },
  release: { name: 'EdgeX Foundry Fuji', version: '1.1.0' },
  machine: { hostname: 'raspberrypi-7', architecture: 'arm64', isNode: true },
  checks: passedChecks,
  services: names.map(service),
  timelines: names.map(timeline),
  events: {
    samples: Array.from({ length: 41 }, (_, second) => ({ atMs: second * 1_000, count: Math.floor(second * 0.634) })),
    perMinute: 37.5,
    expectedPerMinute: 38,
    devices: [
      { name: 'Random-Boolean-Device', count: 4 },
      { name: 'Random-Integer-Device', count: 8 },
      { name: 'Random-UnsignedInteger-Device', count: 8 },
      { name: 'Random-Float-Device', count: 5 },
    ],
  },
};

const failedChecks = passedChecks.map((each): CheckResult => {
  switch (each.code) {
    case 'services-ready':
      return {
        ...each,
        outcome: 'failed',
        detail: 'edgex-device-virtual crashes as soon as it starts (5 restarts, exit code 1)',
        evidence: [
          'BackOff: Back-off restarting failed container edgex-device-virtual in pod edgex-device-virtual-6f9c',
          'level=ERROR msg="Couldn\'t connect to Metadata Service: http://edgex-core-metadata:48081/api/v1/ping"',
        ],
        hint: 'Its log says more: kubectl -n edgex logs deployment/edgex-device-virtual --previous',
      };
    case 'events-arrive':
      return {
        ...each,
        outcome: 'failed',
        detail: '2 in 40.0 s, none of them from Random-Float-Device',
        hint: 'Look at edgex-device-virtual first.',
      };
    case 'command-round-trip':
      return { ...each, outcome: 'skipped', detail: 'no device is there to be asked', elapsedMs: 0 };
    default:
      return each;
  }
});

/** A device service crashes; another service was started again a day later. */
export const badReport: VerifyReport = {
  ...goodReport,
  verdict: 'failed',
  checks: failedChecks,
  counts: countsOf(failedChecks),
  services: goodReport.services.map((each) =>
    each.name.endsWith('virtual') ? { ...each, isReady: false, restarts: 5 } : each,
  ),
  timelines: goodReport.timelines.map((each): ServiceTimeline => {
    if (each.service === 'edgex-support-rulesengine') {
      const createdMs = each.createdMs + 80 * minuteMs;
      return {
        ...each,
        createdMs,
        gatesPassedMs: createdMs + 1_000,
        startedMs: createdMs + 2_000,
        readyMs: createdMs + 11_000,
      };
    }
    if (each.service === 'edgex-core-command') {
      const { gatesPassedMs: _, startedMs: __, readyMs: ___, ...rest } = each;
      return rest;
    }
    if (!each.service.endsWith('virtual')) return each;
    const { readyMs: _, ...rest } = each;
    return { ...rest, restarts: 5 };
  }),
  events: {
    samples: [0, 10_000, 20_000, 30_000, 40_000].map((atMs, index) => ({ atMs, count: Math.min(2, index) })),
    perMinute: 3,
    expectedPerMinute: 38,
    devices: [
      { name: 'Random-Boolean-Device', count: 2 },
      { name: 'Random-Float-Device', count: 0 },
    ],
  },
};

/** The cluster didn't answer: there is next to nothing to show. */
export const emptyReport: VerifyReport = {
  verdict: 'failed',
  counts: { passed: 0, failed: 1, skipped: 0, warnings: 0 },
  version: '0.1.0',
  startedMs,
  elapsedMs: 5_020,
  namespace: 'edgex',
  release: goodReport.release,
  machine: { ...goodReport.machine, isNode: false },
  checks: [
    check('cluster-reachable', 'cluster', 'The API server answers', {
      level: 'fatal',
      outcome: 'failed',
      detail: 'https://10.0.0.7:6443: nothing listens there',
      hint: 'Start the cluster, or name the right one with --kubeconfig or --context.',
      elapsedMs: 5_000,
    }),
  ],
  services: [],
  timelines: [],
};

/** Words of ours, which are never hostile. */
const ours = new Set(['verdict', 'category', 'level', 'outcome', 'code']);

/** What breaks out of texts, attributes, elements and lines. */
const hostileText = `</style></title></script>]]><img src="http://x/y" onerror=alert(1)>'"&amp;\u0000\u001b[31m\u202e\ud800\uffff\n\t`;

/** Every text of a report is hostile, and long where that hurts most. */
export const hostileReport: VerifyReport = spoil(badReport, `${hostileText}${'w'.repeat(120)}`);

/** The report with something behind each text that isn't a word of ours. */
function spoil<T>(value: T, suffix: string): T {
  if (typeof value === 'string') return `${value}${suffix}` as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => spoil(item, suffix)) as T;
  const spoilt = Object.entries(value).map(([key, item]) => [key, ours.has(key) ? item : spoil(item, suffix)]);
  return Object.fromEntries(spoilt);
}
