import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../../src/plan/labels.ts';
import { renewRegistrations } from '../../src/verify/registrations.ts';
import { fakeKube } from '../apply/fake-kube.ts';
import { fakeReach, patience } from '../consul/fakes.ts';
import { fujiPlan } from '../support/fuji.ts';

const plan = fujiPlan({ database: 'redis' });
const registrations = plan.services.flatMap(({ row }) => row.registration ?? []);
const registry = plan.release.registry.service;

function pod(service: string, startedAt: string | undefined, changes: Partial<KubeObject['metadata']> = {}) {
  const labels = { [managedByLabel]: managedByValue, [serviceLabel]: service };
  const state = startedAt === undefined ? { waiting: {} } : { running: { startedAt } };
  const sidecar = { name: 'sidecar', state: { running: { startedAt: '2020-01-01T00:00:00Z' } } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${service}-1`, namespace: plan.namespace, labels, ...changes },
    status: { containerStatuses: [sidecar, { name: service, state }] },
  };
}

async function renew(registered: readonly string[], pods: readonly KubeObject[]) {
  const kube = fakeKube(pods);
  const events: BootEvent[] = [];
  const reach = fakeReach((service, { path }) => {
    assert.equal(`${service}${path}`, `${registry}/v1/agent/services`);
    const services = registered.map((name) => [`id of ${name}`, { Service: name }]);
    return { status: 200, body: JSON.stringify(Object.fromEntries(services)) };
  });
  const emit = (event: BootEvent): number => events.push(event);
  const restarted = await renewRegistrations(plan, { kube, reach, patience: patience(), emit });
  return { restarted, log: kube.log, events };
}

const without = (...names: readonly string[]) => registrations.filter((name) => !names.includes(name));

describe('registrations that the registry has lost', () => {
  it('are made again by a new start of what began before the registry, and told once', async () => {
    const { restarted, log, events } = await renew(without('edgex-core-data', 'device-virtual'), [
      pod(registry, '2026-01-01T00:00:10Z'),
      pod('edgex-core-data', '2026-01-01T00:00:05Z'),
      pod('edgex-device-virtual', '2026-01-01T00:00:09Z'),
      pod('edgex-core-metadata', '2026-01-01T00:00:05Z'),
    ]);
    assert.deepEqual(restarted, ['edgex-core-data', 'edgex-device-virtual']);
    assert.deepEqual(log, ['delete v1 Pod edgex/edgex-core-data-1', 'delete v1 Pod edgex/edgex-device-virtual-1']);
    assert.equal(events.length, 1);
    assert.match(JSON.stringify(events[0]), /warning.*edgex-core-data, edgex-device-virtual/);
  });

  it('matter only to those: what began later registers by itself, and so does what is yet to begin', async () => {
    const { restarted, log, events } = await renew(without('edgex-core-data', 'device-virtual', 'edgex-core-command'), [
      pod(registry, '2026-01-01T00:00:10Z'),
      pod('edgex-core-data', '2026-01-01T00:00:10Z'),
      pod('edgex-device-virtual', undefined),
      pod('edgex-core-command', '2026-01-01T00:00:05Z', { deletionTimestamp: '2026-01-01T00:01:00Z' }),
    ]);
    assert.deepEqual({ restarted, log, events }, { restarted: [], log: [], events: [] });
  });

  it('can not be told where no registry runs', async () => {
    const { restarted } = await renew([], [pod('edgex-core-data', '2026-01-01T00:00:10Z')]);
    assert.deepEqual(restarted, []);
  });

  it('cost one question when there are none', async () => {
    const { restarted, log } = await renew(registrations, [pod('edgex-core-data', '2026-01-01T00:00:10Z')]);
    assert.deepEqual({ restarted, log }, { restarted: [], log: [] });
  });
});
