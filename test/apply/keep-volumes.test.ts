import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepVolumes } from '../../src/apply/keep-volumes.ts';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { fujiPlan } from '../support/fuji.ts';
import { fakeKube } from './fake-kube.ts';

const plan = fujiPlan({ database: 'redis', storage: 'class:fast' });

const claim = (name: string, volumeName?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'edgex', uid: `uid-of-${name}` },
  spec: volumeName === undefined ? {} : { volumeName },
});

const volume = (name: string, of: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'p' }, labels: { zone: 'a' } },
  spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { name: of, namespace: 'edgex', uid: `uid-of-${of}` } },
});

async function keep(kube: ReturnType<typeof fakeKube>, of = plan): Promise<readonly BootEvent[]> {
  const events: BootEvent[] = [];
  await keepVolumes(of, { kube, emit: (event) => events.push(event) });
  return events;
}

test('volumes of our claims outlast these, each as soon as it is bound, and once is enough', async () => {
  const others = [claim('theirs', 'pvc-3'), volume('pvc-3', 'theirs')];
  const kube = fakeKube([claim('redis-data', 'pvc-1'), volume('pvc-1', 'redis-data'), claim('consul-data'), ...others]);
  const events = await keep(kube);
  assert.deepEqual(kube.log, ['patch v1 PersistentVolume pvc-1']);
  assert.deepEqual(events, [{ type: 'applied', object: 'persistentvolume/pvc-1', action: 'changed' }]);
  const kept = kube.objects.get('v1 PersistentVolume pvc-1');
  const { persistentVolumeReclaimPolicy } = (kept?.spec ?? {}) as Record<string, unknown>;
  assert.equal(persistentVolumeReclaimPolicy, 'Retain');
  assert.equal(kept?.metadata.labels?.zone, 'a');

  for (const object of [claim('consul-data', 'pvc-2'), volume('pvc-2', 'consul-data')]) await kube.apply(object);
  kube.log.length = 0;
  await keep(kube);
  assert.deepEqual(kube.log, ['patch v1 PersistentVolume pvc-2']);
  assert.deepEqual(await keep(kube), []);
  assert.equal(kube.log.length, 1);
});

test('volumes that we have only chosen are not touched', async () => {
  const kube = fakeKube([claim('redis-data', 'pvc-1'), volume('pvc-1', 'redis-data')]);
  await keep(kube, { ...plan, storage: { kind: 'existing', volumes: {}, reason: '' } });
  assert.equal(kube.writes(), 0);
});
