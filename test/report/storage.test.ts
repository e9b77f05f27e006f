import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { renderStorageJson, renderStorageText } from '../../src/report/storage.ts';
import type { NamedCandidate, StorageOverview } from '../../src/report/storage-view.ts';

const gib = 2 ** 30;

const disk: NamedCandidate = {
  option: 'local:/var/lib/edgex',
  place: { kind: 'local', root: '/var/lib/edgex', hostname: 'pi' },
  what: 'SD card, ext4, on pi',
  space: { sizeBytes: 29 * gib, freeBytes: 20.5 * gib },
  advantages: ['pi is the only node'],
  drawbacks: ['an SD card wears out under constant writing'],
  rank: 60,
  reason: 'pi is the only node',
  warnings: [],
};
const full: NamedCandidate = {
  ...disk,
  option: 'local:/mnt/a-disk-with-a-long-name/edgex',
  what: 'USB disk, ext4, on a-node-with-quite-a-long-name.factory.example.com',
  obstacle:
    '/mnt/a-disk-with-a-long-name: 3 MiB are free, the claims need 768 MiB, which is a good deal more than that',
  advantages: [],
  drawbacks: [],
};
const storageClass: NamedCandidate = {
  option: 'class:slow',
  place: { kind: 'class', className: 'slow' },
  what: "p, on one node's disk",
  advantages: [],
  drawbacks: ['its volumes are deleted with their claims unless they are set to Retain'],
  reason: '',
  warnings: [],
};
const overview: StorageOverview = {
  wish: 'auto',
  namespace: 'edgex',
  neededBytes: 768 * 2 ** 20,
  candidates: [disk, full, storageClass],
  outcome: {
    option: disk.option,
    choice: { ...disk.place, reason: disk.reason, warnings: ['an SD card wears out under constant writing'] },
  },
};
const refused: StorageOverview = {
  ...overview,
  wish: 'class:x',
  outcome: {
    refusal: {
      exit: 'preflight',
      object: '--storage class:x',
      cause: 'no such class',
      evidence: ['a', 'b'],
      hint: 'Do.',
    },
  },
};

test('each candidate stands with what is for and against it, and below them what install takes', () => {
  assert.equal(
    renderStorageText(overview, 80),
    `> local:/var/lib/edgex  SD card, ext4, on pi, 21 GiB of 29 GiB free
    + pi is the only node
    - an SD card wears out under constant writing
  local:/mnt/a-disk-with-a-long-name/edgex
                        USB disk, ext4, on
                        a-node-with-quite-a-long-name.factory.example.com, 21
                        GiB of 29 GiB free
    x /mnt/a-disk-with-a-long-name: 3 MiB are free, the claims need 768 MiB,
      which is a good deal more than that
  class:slow            p, on one node's disk
    - its volumes are deleted with their claims unless they are set to Retain

install --namespace edgex takes local:/var/lib/edgex: pi is the only node.
warning: an SD card wears out under constant writing
The claims need 768 MiB.
`,
  );
});

for (const columns of [0, 20, 60, 80, 200]) {
  test(`a terminal of ${columns} columns is wide enough for every line`, () => {
    const widest = Math.max(
      ...renderStorageText(overview, columns)
        .split('\n')
        .map((line) => line.length),
    );
    assert.ok(widest <= Math.max(60, columns || 80), `${widest}`);
  });
}

test('a refusal is told with its reasons and the next step, and nothing is marked', () => {
  const text = renderStorageText(refused, 80);
  assert.match(text, /--storage class:x would be refused: --storage class:x:\s+no such class\n {2}a\n {2}b\nDo\.\n/);
  assert.doesNotMatch(text, /^>/m);
});

test('a cluster that offers nothing gets no table', () => {
  assert.match(renderStorageText({ ...refused, candidates: [] }, 80), /^install --namespace edgex/);
});

test('programs get the same as JSON', () => {
  const { candidates, choice, refusal, ...rest } = JSON.parse(renderStorageJson(overview));
  assert.deepEqual(rest, { wish: 'auto', namespace: 'edgex', neededBytes: 768 * 2 ** 20 });
  assert.equal(refusal, undefined);
  assert.equal(choice.option, 'local:/var/lib/edgex');
  assert.equal(choice.hostname, 'pi');
  const flags = candidates.map(({ isUsable, isAutomatic, isChosen }: Record<string, boolean>) => [
    isUsable,
    isAutomatic,
    isChosen,
  ]);
  assert.deepEqual(flags, [
    [true, true, true],
    [false, false, false],
    [true, false, false],
  ]);
  assert.equal(candidates[0].freeBytes, 20.5 * gib);
});

test('a refusal stands in the JSON instead of a choice', () => {
  const { refusal, choice } = JSON.parse(renderStorageJson(refused));
  assert.equal(refusal.cause, 'no such class');
  assert.equal(choice, undefined);
});

test('what is secret is printed in neither form', () => {
  const secret = 'hunter22';
  const redact = createRedactor([secret]);
  const leaky = { ...overview, candidates: [{ ...disk, what: `"${secret}"` }] };
  assert.ok(!renderStorageText(leaky, 80, redact).includes(secret));
  const json = renderStorageJson(leaky, redact);
  assert.ok(!json.includes(secret));
  assert.equal(JSON.parse(json).candidates[0].what, '"[redacted]"');
});
