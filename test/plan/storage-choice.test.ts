import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { chooseStorage } from '../../src/plan/storage.ts';
import { formatPlace } from '../../src/plan/storage-wish.ts';
import type { StorageChoice } from '../../src/plan/types.ts';
import { clusterFacts, storageService } from '../support/facts.ts';
import { type Case, cases } from './storage-choice-cases.ts';

/** What is chosen for each cluster of the table, or what is told where nothing can be. */

const claims = [
  { name: 'data', size: '512Mi' },
  { name: 'logs', size: '128Mi' },
];

function choose({
  wish = 'auto',
  nodes,
  classes = [],
  volumes = [],
  claims: known = [],
  mounts,
  placement = {},
}: Case): StorageChoice {
  const cluster = clusterFacts(...nodes);
  const machine = mounts && { hostname: cluster.nodes[0]?.hostname ?? '', mounts };
  const services = [{ ...storageService(...claims), ...placement }, storageService()];
  const storage = { classes, volumes, claims: known, ...(machine ? { machine } : {}) };
  return chooseStorage({ wish, namespace: 'edgex', architecture: 'amd64', services, facts: { cluster, storage } });
}

function inWords(choice: StorageChoice): string {
  if (choice.kind === 'local') return `${formatPlace(choice)} ${choice.hostname}`;
  if (choice.kind !== 'existing') return formatPlace(choice);
  const pairs = Object.entries(choice.volumes).map(([claim, { name }]) => `${claim}=${name}`);
  return ['existing', ...pairs.toSorted()].join(' ');
}

for (const each of cases) {
  const { what, wish, takes, because, warns } = each;
  test(`${wish ?? 'auto'}: ${what}`, () => {
    if (takes instanceof RegExp) {
      assert.throws(
        () => choose(each),
        (error) => {
          assert.ok(error instanceof BootError);
          assert.equal(error.details.exit, 'preflight');
          assert.match(error.details.cause, takes);
          assert.ok(error.details.hint);
          return true;
        },
      );
      return;
    }
    const choice = choose(each);
    assert.equal(inWords(choice), takes);
    assert.match(choice.reason, because ?? /\w/);
    assert.equal(choice.warnings === undefined, warns === undefined, `warnings: ${choice.warnings}`);
    if (warns) assert.match((choice.warnings ?? []).join('\n'), warns);
  });
}

test('no two clusters of the table are the same in words', () => {
  assert.equal(new Set(cases.map(({ wish, what }) => `${wish} ${what}`)).size, cases.length);
});
