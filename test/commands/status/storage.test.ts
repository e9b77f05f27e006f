import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeStorage } from '../../../src/commands/status/storage.ts';
import type { ClaimFacts, VolumeFacts, VolumeSource } from '../../../src/facts/types.ts';
import { claimLabel, namespaceLabel } from '../../../src/plan/labels.ts';

const labels = { [namespaceLabel]: 'edgex', [claimLabel]: 'data' };
const claim: ClaimFacts = { name: 'data', labels: {}, phase: 'Bound', className: 'fast', volumeName: 'v', size: '1Gi' };

function volume(source: VolumeSource, more: Partial<VolumeFacts> = {}): VolumeFacts {
  const common = { phase: 'Bound', capacity: '1Gi', accessModes: [], isBlock: false, className: '', hostnames: [] };
  return { name: 'v', labels, reclaimPolicy: 'Retain', ...common, source, ...more };
}

for (const [place, facts] of [
  ['/var/lib/edgex/data on node-1', volume({ kind: 'local', path: '/var/lib/edgex/data' }, { hostnames: ['node-1'] })],
  ['/data', volume({ kind: 'hostPath', path: '/data' })],
  ['nfs://10.0.0.9/export/data', volume({ kind: 'nfs', server: '10.0.0.9', path: '/export/data' })],
  ['driver.example.com, class fast', volume({ kind: 'csi', driver: 'driver.example.com' }, { className: 'fast' })],
  ['class fast', volume({ kind: 'other' }, { className: 'fast' })],
] as const) {
  test(`data are in ${place}`, () => {
    assert.deepEqual(describeStorage([claim], [facts], 'edgex'), [
      { claim: 'data', size: '1Gi', phase: 'Bound', volume: 'v', place, reclaimPolicy: 'Retain' },
    ]);
  });
}

test('a claim whose volume could not be read has its class', () => {
  assert.deepEqual(describeStorage([claim], [], 'edgex'), [
    { claim: 'data', size: '1Gi', phase: 'Bound', volume: 'v', place: 'class fast' },
  ]);
});

test('a volume whose claim is gone is shown: it holds data', () => {
  const left = volume({ kind: 'hostPath', path: '/data' }, { phase: 'Released' });
  const shown = describeStorage([], [left, volume({ kind: 'other' }, { labels: {} })], 'edgex');
  assert.deepEqual(shown, [
    { claim: 'data', size: '1Gi', phase: 'Released', volume: 'v', place: '/data', reclaimPolicy: 'Retain' },
  ]);
  assert.deepEqual(describeStorage([], [left], 'other'), []);
});
