import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../../src/plan/labels.ts';
import { settleDeviceServices } from '../../src/verify/device-services.ts';
import { fakeKube } from '../apply/fake-kube.ts';
import { fakeClock, fakeReach, patience } from '../consul/fakes.ts';
import { fujiPlan, fujiTrees } from '../support/fuji.ts';

const plan = fujiPlan({ database: 'redis' });
const sender = 'edgex-device-virtual';
const devices = Object.keys(plan.services.find(({ name }) => name === sender)?.row.devices ?? {});

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${sender}-1`,
    namespace: plan.namespace,
    labels: { [managedByLabel]: managedByValue, [serviceLabel]: sender },
  },
  status: {},
};

test('a service that makes no devices starts anew without its settings, and that start has its own time', async () => {
  const clock = fakeClock();
  let readyAgainMs = Number.POSITIVE_INFINITY;
  const reach = fakeReach((service, { path }) => {
    if (service === 'edgex-core-data') return { status: 200, body: '0' };
    if (service === sender) return { status: 200, body: 'OK' };
    assert.equal(path, '/api/v1/device/servicename/device-virtual');
    // It takes a second from its start until they are in the database.
    const made = clock.now() >= readyAgainMs + 1000 ? devices : [];
    return { status: 200, body: JSON.stringify(made.map((name) => ({ id: name, name }))) };
  });
  const kube = fakeKube([pod]);
  const deleted: string[] = [];
  const events: BootEvent[] = [];
  const writes = await settleDeviceServices(plan, {
    kube,
    reach,
    store: {
      leader: async () => '',
      read: async () => new Map(),
      exportAll: async () => [],
      commit: async () => ({ committed: 0 }),
      deleteFolder: async (prefix) => {
        deleted.push(prefix);
      },
    },
    trees: fujiTrees(),
    patience: () => patience(clock, 60_000),
    emit: (event) => events.push(event),
    awaitReady: async () => {
      await clock.sleep(90_000);
      readyAgainMs = clock.now();
    },
  });
  assert.deepEqual(deleted, ['edgex/devices/1.0/device-virtual/']);
  assert.deepEqual(kube.log, [`delete v1 Pod ${plan.namespace}/${sender}-1`]);
  assert.equal(writes, deleted.length + devices.length);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['warning', 'fact'],
  );
});
