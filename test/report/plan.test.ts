import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectChange } from '../../src/plan/changes.ts';
import { ledgerPrefix, planSeed, type SeedPlan } from '../../src/plan/seed.ts';
import { renderPlanJson, renderPlanText } from '../../src/report/plan.ts';
import { assertGolden } from './golden.ts';

function change(action: ObjectChange['action'], name: string, fields: ObjectChange['fields'] = []): ObjectChange {
  return { ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'edgex', name }, action, fields };
}

const changes: readonly ObjectChange[] = [
  { ref: { apiVersion: 'v1', kind: 'Namespace', name: 'edgex' }, action: 'unchanged', fields: [] },
  change('created', 'edgex-ui-go'),
  change('changed', 'edgex-core-data', [
    { path: 'spec.template.spec.containers[edgex-core-data].image', from: 'a:1', to: 'a:2' },
    { path: 'spec.replicas', to: 1 },
    { path: 'metadata.labels[old]', from: 'x' },
    {
      path: 'spec.template.spec.containers[edgex-core-data].env[MQTT_PASSWORD].value',
      from: 'canary-1',
      to: 'canary-2',
    },
    {
      path: 'spec.template.spec.containers[extra]',
      to: {
        name: 'extra',
        env: [
          { name: 'API_TOKEN', value: 'canary-3' },
          { name: 'MODE', value: 'on' },
        ],
      },
    },
    { path: 'spec.template.spec.automountServiceAccountToken', from: true, to: false },
  ]),
  change('deleted', 'edgex-old'),
];

const folder = 'edgex/core/1.0/edgex-core-data';
const seeds: readonly SeedPlan[] = [
  {
    service: 'edgex-core-data',
    operations: [
      { verb: 'write', key: `${folder}/Writable/LogLevel`, index: 7, value: 'DEBUG' },
      { verb: 'write', key: `${folder}/Databases/Primary/Password`, index: 0, value: 'canary-4' },
      { verb: 'delete', key: `${folder}/Old`, index: 9 },
      { verb: 'write', key: `${ledgerPrefix}edgex-core-data`, index: 3, value: '{"keys":{}}' },
    ],
    kept: [
      { key: `${folder}/Service/Port`, value: '1', wanted: '48080' },
      { key: `${folder}/Gone`, value: 'mqtt://bob:canary-5@host' },
    ],
  },
];

const preview = { changes, seeds, ledgerPrefix };

test('a plan for people', () => assertGolden('plan-text', renderPlanText(preview)));
test('a plan for programs', () => assertGolden('plan-json', renderPlanJson(preview)));

test('no secret is in a plan', () => {
  for (const text of [renderPlanText(preview), renderPlanJson(preview)]) assert.doesNotMatch(text, /canary/);
});

test('a value of a Secret is never shown', () => {
  const ref = { apiVersion: 'v1', kind: 'Secret', name: 's' };
  const fields = [{ path: 'data.user', from: 'Y2FuYXJ5', to: { deep: 'Y2FuYXJ5' } }];
  const text = renderPlanText({ changes: [{ ref, action: 'changed', fields }], seeds: [], ledgerPrefix });
  assert.doesNotMatch(text, /Y2FuYXJ5/);
});

interface Summed {
  readonly says: string;
  readonly changes?: readonly ObjectChange[];
  readonly seeds?: readonly SeedPlan[];
}

const wanted = { service: 's', keys: { 'f/s/A': '1', 'f/s/B': '2' } };
const ledgerOnly: SeedPlan = {
  service: 's',
  operations: [{ verb: 'write', key: `${ledgerPrefix}s`, index: 1, value: '{}' }],
  kept: [],
};

const sums: readonly Summed[] = [
  { says: 'nothing to change' },
  {
    says: 'nothing to change',
    changes: [change('unchanged', 'a')],
    seeds: [{ service: 's', operations: [], kept: [] }],
  },
  {
    says: 'nothing to change; 1 key kept as people set them',
    seeds: [{ service: 's', operations: [], kept: [{ key: 'f/s/A', value: 'x', wanted: '1' }] }],
  },
  { says: '1 object to create', changes: [change('created', 'a')] },
  {
    says: '2 objects to create, 1 unchanged',
    changes: [change('created', 'a'), change('created', 'b'), change('unchanged', 'c')],
  },
  {
    says: '1 object to delete; 2 keys to write',
    changes: [change('deleted', 'a')],
    seeds: [planSeed(wanted, new Map(), 'r')],
  },
  { says: '1 key to write', seeds: [ledgerOnly] },
  // The inventory is applied before and after a deletion.
  { says: '1 object to change', changes: [change('unchanged', 'a'), change('changed', 'a')] },
  { says: '1 object to create', changes: [change('created', 'a'), change('changed', 'a')] },
];

for (const { says, changes = [], seeds = [] } of sums) {
  test(`summed up: ${says} (${changes.length} objects, ${seeds.length} services)`, () => {
    const text = renderPlanText({ changes, seeds, ledgerPrefix });
    assert.equal(text.trimEnd().split('\n').at(-1), says);
    const { summary } = JSON.parse(renderPlanJson({ changes, seeds, ledgerPrefix })) as {
      summary: { nothingToChange: boolean };
    };
    assert.equal(summary.nothingToChange, says.startsWith('nothing to change'));
  });
}
