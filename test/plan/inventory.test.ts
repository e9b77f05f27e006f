import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf } from '../../src/base/kube-types.ts';
import { inventoryName, readInventory, refKey, renderInventory, verifiedPatch } from '../../src/plan/inventory.ts';
import { fujiPlan } from '../support/fuji.ts';

const plan = fujiPlan({ storage: 'class:fast' });
const objects = plan.objects.map(refOf);

test('what is written in an inventory is read from it again', () => {
  const inventory = readInventory([renderInventory(plan, objects)], plan.namespace);
  assert.deepEqual(inventory, {
    release: 'fuji',
    version: '1.1.0',
    database: 'mongo',
    storage: 'class:fast',
    objects: objects.toSorted((a, b) => (refKey(a) < refKey(b) ? -1 : 1)),
  });
});

test('the mirror that the images come from is on it', () => {
  const mirrored = { ...plan, release: { ...plan.release, mirror: 'mirror.local:5000/edgex' } };
  assert.equal(
    readInventory([renderInventory(mirrored, objects)], plan.namespace)?.registry,
    'mirror.local:5000/edgex',
  );
});

test('a verdict that was recorded is read from it, and what a person wrote there is not', () => {
  const written = renderInventory(plan, objects);
  const verdictIn = (patch: object) => {
    const metadata = { ...written.metadata, ...(patch as { readonly metadata: object }).metadata };
    return readInventory([{ ...written, metadata }], plan.namespace)?.verified;
  };
  const verified = { verdict: 'passed', atMs: Date.parse('2026-11-24T12:00:00Z') } as const;
  assert.deepEqual(verdictIn(verifiedPatch(verified)), verified);
  assert.equal(verdictIn({ metadata: { annotations: { 'edgex-boot/verified': 'passed yesterday' } } }), undefined);
});

test('a ConfigMap has text only', () => {
  const { data } = renderInventory(plan, objects) as unknown as { data: Record<string, unknown> };
  for (const [name, value] of Object.entries(data)) assert.equal(typeof value, 'string', name);
});

test('lines that a person spoilt are left out, the others count', () => {
  const [first] = objects;
  assert.ok(first);
  const inventory = renderInventory(plan, [first]);
  const { objects: lines } = inventory.data as Record<string, string>;
  const spoilt = { ...inventory, data: { objects: `what?\n\n${lines}v1 Service\n` } };
  assert.deepEqual(readInventory([spoilt], plan.namespace)?.objects, [first]);
});

test('another ConfigMap, or the inventory of another namespace, is not read', () => {
  const inventory = renderInventory(plan, objects);
  const other = { ...inventory, metadata: { ...inventory.metadata, name: `${inventoryName}-2` } };
  assert.equal(readInventory([other], plan.namespace), undefined);
  assert.equal(readInventory([inventory], 'elsewhere'), undefined);
});
