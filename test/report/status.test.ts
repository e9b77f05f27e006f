import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { renderStatusJson, renderStatusText } from '../../src/report/status.ts';
import type { StatusReport } from '../../src/report/status-view.ts';
import { displayWidth } from '../../src/report/text.ts';

const report: StatusReport = {
  namespace: 'edgex',
  isInstalled: true,
  release: { name: 'EdgeX Foundry Fuji', version: '1.1.0', database: 'mongo' },
  cluster: { version: 'v1.34.4+k3s1', distribution: 'k3s', nodes: [{ name: 'raspberrypi-7', isReady: true }] },
  services: [
    {
      name: 'edgex-core-data',
      state: 'ready',
      version: '1.1.0',
      image: 'edgexfoundry/docker-core-data-go:1.1.0',
      restarts: 1,
      ageMs: 5_400_000,
      node: 'raspberrypi-7',
      addresses: [
        { name: 'edgex-core-data', port: 48080, address: '10.43.112.243:48080' },
        { name: 'edgex-core-data', port: 5563, address: '10.43.112.243:5563' },
      ],
    },
    {
      name: 'edgex-app-service-configurable-mqtt-export',
      state: 'waiting',
      reason: 'edgex-core-data to answer /api/version',
      image: 'edgexfoundry/docker-app-service-configurable:1.0.0',
      restarts: 0,
      ageMs: 40_000,
      node: 'raspberrypi-7',
      addresses: [{ name: 'edgex-app-service-configurable-mqtt-export', port: 48101, address: '10.43.0.9:48101' }],
    },
    { name: 'edgex-ui-go', state: 'missing', addresses: [] },
  ],
  storage: [
    {
      claim: 'mongo-data',
      size: '1Gi',
      phase: 'Bound',
      volume: 'edgex-edgex-mongo-data',
      place: '/var/lib/edgex/edgex/mongo-data on raspberrypi-7',
      reclaimPolicy: 'Retain',
    },
  ],
  unknown: [],
};

const linesOf = (columns: number, shown = report) => renderStatusText(shown, columns, false).split('\n');

test('in a pipe every service has one line, whatever that takes', () => {
  const lines = linesOf(0);
  const [data = ''] = lines.filter((line) => line.includes('edgex-core-data '));
  assert.match(
    data,
    /^✓ edgex-core-data +ready +1\.1\.0 +1 h 30 min +1 +10\.43\.112\.243:48080 10\.43\.112\.243:5563 /,
  );
  assert.match(data, /raspberrypi-7 +edgexfoundry\/docker-core-data-go:1\.1\.0$/);
  assert.equal(
    lines[0],
    'EdgeX Foundry Fuji 1.1.0 with mongo in namespace edgex, k3s v1.34.4+k3s1: 1 of 3 services ready',
  );
});

test('80 columns are enough, and nothing is left out', () => {
  const lines = linesOf(80);
  for (const line of lines) assert.ok(displayWidth(line) <= 80, line);
  const text = lines.join('\n');
  for (const { name, image = '', addresses, reason = '' } of report.services) {
    for (const part of [name, image, reason, ...addresses.map(({ address }) => address)]) {
      assert.ok(text.includes(part), part);
    }
  }
  assert.match(text, /\n {4}1 restart {2}10\.43\.112\.243:48080 /);
});

test('a narrow window cuts, and never breaks a row in two', () => {
  for (const columns of [20, 40, 60, 79]) {
    for (const line of linesOf(columns)) assert.ok(displayWidth(line) <= columns, line);
  }
});

test('why a service is not ready stands below it', () => {
  const lines = linesOf(200);
  const at = lines.findIndex((line) => line.startsWith('· edgex-app-service-configurable-mqtt-export  waiting'));
  assert.equal(lines[at + 1], '    edgex-core-data to answer /api/version');
});

test('an empty namespace is told in one line', () => {
  const { release: _, ...rest } = report;
  const empty: StatusReport = { ...rest, isInstalled: false, services: [], storage: [] };
  assert.deepEqual(linesOf(0, empty), ['nothing is installed in namespace edgex, k3s v1.34.4+k3s1', '']);
  const kept = linesOf(0, { ...empty, storage: report.storage });
  assert.match(kept[0] ?? '', /; there are data of an earlier installation$/);
  assert.ok(kept.some((line) => line.includes('mongo-data')));
});

test('what could not be read is told, each with its reason', () => {
  const unknown = [{ what: 'pods', reason: 'denied: User "x" cannot list resource "pods"' }];
  const lines = linesOf(0, { ...report, unknown });
  assert.ok(lines.includes('! pods: denied: User "x" cannot list resource "pods"'));
  const { release: _, ...rest } = report;
  const [first] = linesOf(0, { ...rest, isInstalled: false, services: [], storage: [], unknown });
  assert.match(first ?? '', /^nothing that can be read is installed/);
});

test('a node that is not ready is told', () => {
  const cluster = {
    version: 'v1',
    distribution: 'other',
    nodes: [
      { name: 'a', isReady: true },
      { name: 'b', isReady: false },
    ],
  };
  assert.match(linesOf(0, { ...report, cluster })[0] ?? '', /Kubernetes v1, not ready: b:/);
});

test('colours are for the marks only where they are wanted', () => {
  const coloured = renderStatusText(report, 0, true);
  assert.ok(coloured.includes('\x1b[32m✓\x1b[39m edgex-core-data'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), renderStatusText(report, 0, false));
});

test('JSON has everything as it is, but for secrets', () => {
  assert.deepEqual(JSON.parse(renderStatusJson(report)), { apiVersion: 'edgex-boot/v1', kind: 'Status', ...report });
  const [service] = report.services;
  assert.ok(service);
  const secret = { ...report, services: [{ ...service, reason: 'password=hunter2' }] };
  for (const text of [renderStatusJson(secret), renderStatusText(secret, 0, false)]) {
    assert.doesNotMatch(text, /hunter2/);
  }
  const state = JSON.parse(renderStatusJson(report, createRedactor(['ready']))).services[0].state;
  assert.equal(state, 'ready');
});

test('no text breaks a line', () => {
  const [service] = report.services;
  assert.ok(service);
  const rough = { ...report, services: [{ ...service, name: 'a\nb', reason: 'x\r\n\ty' }] };
  assert.equal(linesOf(0, rough).length, linesOf(0, { ...report, services: [{ ...service, reason: 'x' }] }).length);
});
