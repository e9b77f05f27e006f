import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimFacts, VolumeFacts } from '../../src/facts/types.ts';
import { claimLabel, managedByLabel, managedByValue, namespaceLabel } from '../../src/plan/labels.ts';
import { findStoredData } from '../../src/plan/stored-data.ts';

const namespace = 'edgex';
const managed = { [managedByLabel]: managedByValue };
const ourLabels = { ...managed, [claimLabel]: 'redis-data', [namespaceLabel]: namespace };

function volume(changes: Partial<VolumeFacts> = {}): VolumeFacts {
  return {
    name: 'edgex-edgex-redis-data',
    labels: ourLabels,
    phase: 'Bound',
    capacity: '512Mi',
    accessModes: ['ReadWriteOnce'],
    isBlock: false,
    className: '',
    reclaimPolicy: 'Retain',
    source: { kind: 'local', path: '/var/lib/edgex/edgex/redis-data' },
    hostnames: ['gateway'],
    claim: { namespace, name: 'redis-data' },
    ...changes,
  };
}

const claim: ClaimFacts = {
  name: 'redis-data',
  labels: managed,
  phase: 'Bound',
  volumeName: 'edgex-edgex-redis-data',
  size: '512Mi',
};

function found(volumes: readonly VolumeFacts[], claims: readonly ClaimFacts[] = [claim]) {
  return findStoredData(namespace, { claims, volumes });
}

const local = (path: string): Partial<VolumeFacts> => ({ source: { kind: 'local', path } });
const nfs = (path: string): Partial<VolumeFacts> => ({ source: { kind: 'nfs', server: 'nas', path }, hostnames: [] });

const places: readonly (readonly [string, Partial<VolumeFacts>])[] = [
  ['/var/lib/edgex/edgex/redis-data on node gateway', {}],
  ['nas:/export/edgex/redis-data', nfs('/export/edgex/redis-data')],
  [
    '/opt/local-path/pvc-1 on node gateway, class local-path',
    { source: { kind: 'hostPath', path: '/opt/local-path/pvc-1' }, className: 'local-path' },
  ],
  [
    'a volume of driver.longhorn.io, class longhorn',
    { source: { kind: 'csi', driver: 'driver.longhorn.io' }, className: 'longhorn', hostnames: [] },
  ],
  ['a volume, class ceph', { source: { kind: 'other' }, className: 'ceph', hostnames: [] }],
];
for (const [place, changes] of places) {
  test(`a place is ${place}`, () => {
    assert.equal(found([volume(changes)])[0]?.place, place);
  });
}

/** How the data of a volume are deleted; of a pod also below which directory. */
const removals: readonly (readonly [string, Partial<VolumeFacts>, string])[] = [
  ['a directory on a node', {}, 'pod /var/lib/edgex'],
  ['a directory on a file server', nfs('/export/edgex/redis-data'), 'pod /export'],
  ['a directory in the root of an export', nfs('/edgex/redis-data'), 'pod /'],
  ['one in the root of a disk', local('/edgex/redis-data'), 'nobody'],
  ['the root of a disk', local('/'), 'nobody'],
  ['no path at all', local(''), 'nobody'],
  ["another namespace's directory", local('/var/lib/edgex/other/redis-data'), 'nobody'],
  ["another claim's directory", local('/var/lib/edgex/edgex/mongo-data'), 'nobody'],
  ['the directory of the namespace', local('/var/lib/edgex/edgex'), 'nobody'],
  ['a path that goes up', local('/var/lib/../edgex/redis-data'), 'nobody'],
  ['a path that goes nowhere', local('/var/lib/./edgex/redis-data'), 'nobody'],
  ['a path with an empty part', local('/var//lib/edgex/redis-data'), 'nobody'],
  ['a relative path', local('var/lib/edgex/redis-data'), 'nobody'],
  ['a directory on one of two nodes', { hostnames: ['a', 'b'] }, 'nobody'],
  ['a directory on no node', { hostnames: [] }, 'nobody'],
  ['a volume without our label', { labels: {} }, 'nobody'],
  ["another installation's volume", { labels: { ...ourLabels, [namespaceLabel]: 'other' } }, 'nobody'],
  ["a volume that another namespace's claim has", { claim: { namespace: 'other', name: 'redis-data' } }, 'nobody'],
  ['a volume that another claim has', { claim: { namespace, name: 'theirs' } }, 'nobody'],
  ['a host path', { source: { kind: 'hostPath', path: '/var/lib/edgex/edgex/redis-data' } }, 'nobody'],
  ['a kept volume of a provisioner', { provisioner: 'p', source: { kind: 'csi', driver: 'p' } }, 'provisioner'],
  [
    "a provisioner's volume that goes with its claim",
    { provisioner: 'p', labels: {}, reclaimPolicy: 'Delete' },
    'provisioner',
  ],
  ["a provisioner's volume that its class keeps", { provisioner: 'p', labels: {} }, 'nobody'],
];
for (const [what, changes, expected] of removals) {
  test(`${what}: deleted by ${expected}`, () => {
    const [data] = found([volume(changes)]);
    const removal = data?.removal;
    assert.equal(removal?.by === 'pod' ? `pod ${removal.site.root}` : removal?.by, expected);
  });
}

test('a claim of ours without a volume has no data', () => {
  const [data] = found([], [{ ...claim, phase: 'Pending', volumeName: '' }]);
  assert.deepEqual(data, { claim: 'redis-data', hasClaim: true, place: '', removal: { by: 'nobody' } });
});

test("somebody else's claim is none of ours, though its volume may be called so", () => {
  assert.deepEqual(found([volume({ labels: {} })], [{ ...claim, labels: {} }]), []);
});

test("a volume of ours is none of ours any more while somebody else's claim has it", () => {
  assert.deepEqual(found([volume()], [{ ...claim, labels: {} }]), []);
});

test('a volume of ours whose claim is gone is found by its label', () => {
  const [data, ...others] = found([volume({ phase: 'Released' })], []);
  assert.deepEqual([data?.claim, data?.hasClaim, data?.removal.by, others], ['redis-data', false, 'pod', []]);
});
