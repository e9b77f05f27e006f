import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeEvent, Pod } from '../../src/base/kube-types.ts';
import { loadCauses } from '../../src/wait/causes.ts';
import { findObstacle } from '../../src/wait/obstacle.ts';

const causes = loadCauses();

const pod = (status: object): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe', namespace: 'edgex', creationTimestamp: '2026-11-24T15:02:00Z' },
  spec: {
    nodeName: 'pi',
    containers: [{ name: 'probe', image: 'consul:1.3.1' }],
    volumes: [{ persistentVolumeClaim: { claimName: 'redis-data' } }, {}],
  },
  status: { phase: 'Pending', ...status } as Pod['status'],
});
const waiting = {
  containerStatuses: [
    {
      name: 'probe',
      image: 'consul:1.3.1',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
    },
  ],
};
const unscheduled = {
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: 'pod has unbound immediate PersistentVolumeClaims',
    },
  ],
};

const event = (kind: string, name: string, reason: string, message: string, type = 'Warning'): KubeEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'edgex' },
  ...{ type, reason, message, lastTimestamp: '2026-11-24T15:02:09Z' },
  involvedObject: { kind, name },
});
const refusal =
  'MountVolume.SetUp failed for volume "root" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs nas:/x /var/y\nOutput: mount.nfs: Connection refused';
const silence = 'Waiting for a volume to be created either by the external provisioner';

test('a file server that refuses is told in its own words', () => {
  const found = findObstacle(pod(waiting), [event('Pod', 'probe', 'FailedMount', refusal)], causes);
  assert.equal(found?.cause, 'nothing answers as NFS on the file server: mount.nfs: Connection refused');
  assert.match(found?.hint ?? '', /nfs-server/);
});

test('a provisioner that never said a word is told, one that is at work is waited for', () => {
  const silent = event('PersistentVolumeClaim', 'redis-data', 'ExternalProvisioning', silence, 'Normal');
  assert.match(findObstacle(pod(unscheduled), [silent], causes)?.cause ?? '', /its provisioner may be down/);
  const working = event('PersistentVolumeClaim', 'redis-data', 'Provisioning', 'making it', 'Normal');
  const earlier = { ...working, lastTimestamp: '2026-11-24T15:02:01Z' };
  assert.doesNotMatch(findObstacle(pod(unscheduled), [silent, earlier], causes)?.cause ?? '', /may be down/);
});

test('others’ events, and an image on its way, are no obstacle', () => {
  assert.equal(findObstacle(pod(waiting), [event('Pod', 'other', 'FailedMount', refusal)], causes), undefined);
  const pulling = event('Pod', 'probe', 'Pulling', 'Pulling image "consul:1.3.1"', 'Normal');
  assert.equal(findObstacle(pod(waiting), [pulling], causes), undefined);
});
