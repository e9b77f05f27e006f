import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StorageFacts } from '../../src/facts/types.ts';
import { claimLabel, namespaceLabel } from '../../src/plan/labels.ts';
import { chooseStorage } from '../../src/plan/storage.ts';
import { clusterFacts, noStorage } from '../support/facts.ts';

const single = clusterFacts({ name: 'pi' });
const joined = clusterFacts({ name: 'server' }, { name: 'pi' });

function volumeOn(hostname: string, root = '/data', namespace = 'edgex'): StorageFacts {
  const volume = {
    name: 'v',
    labels: { [namespaceLabel]: namespace, [claimLabel]: 'redis-data' },
    phase: 'Bound',
    capacity: '512Mi',
    reclaimPolicy: 'Retain',
    localPath: `${root}/${namespace}/redis-data`,
    hostname,
  };
  return { ...noStorage, volumes: [volume] };
}

const claimOf = (className: string, labels: Readonly<Record<string, string>>): StorageFacts => ({
  ...noStorage,
  claims: [{ name: 'redis-data', labels, phase: 'Bound', className, size: '512Mi' }],
});

const choose = (wish: string, storage = noStorage, cluster = single) =>
  chooseStorage({ wish, namespace: 'edgex', facts: { cluster, storage } });

const chosen: readonly (readonly [string, () => ReturnType<typeof choose>, object])[] = [
  [
    'auto is local on a single node',
    () => choose('auto'),
    { kind: 'local', root: '/var/lib/edgex', hostname: 'pi', reason: 'pi is the only node' },
  ],
  [
    'auto keeps the volumes that are installed, where a node has joined',
    () => choose('auto', volumeOn('pi'), joined),
    { kind: 'local', root: '/data', hostname: 'pi', reason: 'as installed' },
  ],
  [
    'so does local',
    () => choose('local', volumeOn('pi'), joined),
    { kind: 'local', root: '/data', hostname: 'pi', reason: 'as installed' },
  ],
  [
    'another path is a wish of its own',
    () => choose('local:/other', volumeOn('pi')),
    { kind: 'local', root: '/other', hostname: 'pi', reason: 'pi is the only node' },
  ],
  [
    "another namespace's volumes don't count",
    () => choose('auto', volumeOn('pi', '/data', 'test')),
    { kind: 'local', root: '/var/lib/edgex', hostname: 'pi', reason: 'pi is the only node' },
  ],
  [
    'nor do those of a node that is gone',
    () => choose('auto', volumeOn('old')),
    { kind: 'local', root: '/var/lib/edgex', hostname: 'pi', reason: 'pi is the only node' },
  ],
  [
    'auto keeps the class that is installed',
    () => choose('auto', claimOf('fast', { [claimLabel]: 'redis-data' })),
    { kind: 'class', className: 'fast', reason: 'as installed' },
  ],
  [
    "somebody else's claim says nothing",
    () => choose('auto', claimOf('fast', {})),
    { kind: 'local', root: '/var/lib/edgex', hostname: 'pi', reason: 'pi is the only node' },
  ],
];
for (const [what, choice, expected] of chosen) test(what, () => assert.deepEqual(choice(), expected));

test('with several nodes a new installation names its class', () => {
  const classes = [
    { name: 'fast', isDefault: true, provisioner: 'p', bindingMode: 'Immediate', reclaimPolicy: 'Delete' },
  ] as const;
  assert.throws(() => choose('auto', { ...noStorage, classes }, joined), /2 nodes/);
});
