import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MountFacts, StorageFacts } from '../../src/facts/types.ts';
import { storageCandidates } from '../../src/plan/storage-candidates.ts';
import { formatPlace } from '../../src/plan/storage-wish.ts';
import {
  clusterFacts,
  mountFacts,
  noStorage,
  storageClassFacts,
  storageService,
  volumeFacts,
} from '../support/facts.ts';

const gib = 2 ** 30;
const disk = mountFacts();

function candidates(given: Partial<StorageFacts>, nodes = [{ name: 'pi' }]) {
  const facts = { cluster: clusterFacts(...nodes), storage: { ...noStorage, ...given } };
  const services = [storageService({ name: 'data', size: '512Mi' })];
  return storageCandidates({ wish: 'auto', namespace: 'edgex', architecture: 'amd64', services, facts });
}

const machine = (...mounts: readonly MountFacts[]) => ({ machine: { hostname: 'pi', mounts } });

test('they stand in the order in which auto takes them, and what has to be asked for is last', () => {
  const found = candidates({
    ...machine(
      { ...disk, medium: 'sd-card' },
      { ...disk, path: '/mnt/stick', device: '8:2', medium: 'usb-stick' },
      { ...disk, path: '/mnt/usb', device: '8:3', medium: 'usb-disk' },
      { ...disk, path: '/mnt/ssd', device: '8:4' },
      { ...disk, path: '/mnt/nas', device: '0:9', medium: 'network', type: 'nfs', nfs: { server: 'nas', path: '/x' } },
    ),
    classes: [
      storageClassFacts({ name: 'node', scope: 'node', isDefault: true }),
      storageClassFacts({ name: 'house', isDefault: true }),
      storageClassFacts({ name: 'net', scope: 'network' }),
      storageClassFacts({ name: 'main', scope: 'network', isDefault: true }),
    ],
    volumes: [volumeFacts()],
  });
  assert.deepEqual(
    found.map(({ place }) => formatPlace(place)),
    [
      'local:/mnt/ssd/edgex',
      'local:/mnt/usb/edgex',
      'class:main',
      'class:net',
      'nfs://nas/x',
      'local:/var/lib/edgex',
      'local:/mnt/stick/edgex',
      'class:house',
      'class:node',
      'existing',
    ],
  );
  assert.deepEqual(
    found.filter(({ rank }) => rank === undefined).map(({ place }) => place.kind),
    ['class', 'existing'],
  );
});

test("another node's disks are unknown, and this machine's are no candidates there", () => {
  const nodes = [
    { name: 'large', allocatable: { 'ephemeral-storage': '9Gi' } },
    { name: 'pi', allocatable: { 'ephemeral-storage': '1Gi' } },
  ];
  const found = candidates(machine(disk, { ...disk, path: '/mnt/ssd', device: '8:2' }), nodes);
  assert.deepEqual(
    found.map(({ what }) => what),
    ['directories on large'],
  );
});

test('an export that is mounted at several places is one candidate', () => {
  const nfs = { server: 'nas', path: '/x' };
  const mounts = ['/mnt/a', '/mnt/b'].map((path) => ({ ...disk, path, type: 'nfs4', medium: 'network' as const, nfs }));
  const found = candidates(machine(disk, ...mounts));
  assert.deepEqual(
    found.filter(({ place }) => place.kind === 'nfs').map(({ what }) => what),
    ['NFS, mounted at /mnt/a'],
  );
});

const drawbacks: readonly (readonly [string, Partial<MountFacts>, RegExp])[] = [
  ['an SD card', { medium: 'sd-card' }, /wears out/],
  ['eMMC', { medium: 'emmc' }, /wears out/],
  ['a disk that nobody mounts again', { isLasting: false }, /missing after a restart/],
  ['a disk that would be nearly full', { space: { sizeBytes: 100 * gib, freeBytes: 5 * gib } }, /kubelet evicts/],
];
for (const [what, given, drawback] of drawbacks) {
  test(`against ${what} there is something to say`, () => {
    assert.match(candidates(machine({ ...disk, ...given }))[0]?.drawbacks.join() ?? '', drawback);
  });
}

test('against an SSD with room there is nothing', () => {
  assert.deepEqual(candidates(machine(disk))[0]?.drawbacks, []);
});

test('a class is shown with what is known of its provisioner', () => {
  const [, found] = candidates({ classes: [storageClassFacts({ scope: 'network', quirk: 'It hums.' })] });
  assert.deepEqual(found?.drawbacks, [
    'its volumes are deleted with their claims unless they are set to Retain',
    'It hums',
  ]);
  assert.deepEqual(found?.advantages, ['a pod finds its data on any node']);
});
