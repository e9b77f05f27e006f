import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { type Manifest, parseManifest, renderManifest } from '../../src/plan/archive.ts';
import { renderInventory } from '../../src/plan/inventory.ts';
import { commonLabels, serviceLabel } from '../../src/plan/labels.ts';
import {
  isHalfRestored,
  requireIdle,
  requireRestored,
  requireSameRelease,
  restoringPatch,
  selectionOf,
} from '../../src/plan/restorable.ts';
import { selectServices } from '../../src/plan/select.ts';
import { fuji } from '../support/fuji.ts';
import { localPlan } from '../support/local-plan.ts';

const release = fuji();
const plan = localPlan();
const manifest: Manifest = {
  format: 'edgex-boot/backup/v1',
  program: '0.1.0',
  release: release.release,
  version: release.version,
  database: plan.database,
  namespace: 'elsewhere',
  madeAt: '2026-01-02T03:04:05.000Z',
  services: plan.services.map(({ name }) => name),
  volumes: [{ claim: 'data', contentKiB: 1 }],
  members: [],
};

const labels = commonLabels(release);
const workload = (kind: string, replicas: number, more: object = {}): KubeObject => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
  kind,
  metadata: { name: 'x', namespace: 'edgex', labels: { ...labels, [serviceLabel]: 'x', ...more } },
  spec: { replicas },
});

test('a manifest is read as it was written; another form is none', () => {
  const { format, ...content } = manifest;
  assert.deepEqual(parseManifest(renderManifest(content)), manifest);
  assert.equal(parseManifest(JSON.stringify({ ...manifest, format: 'edgex-boot/backup/v2' })), undefined);
  assert.equal(
    parseManifest(JSON.stringify({ ...manifest, volumes: [{ claim: '../../etc', contentKiB: 0 }] })),
    undefined,
  );
  assert.equal(parseManifest('{'), undefined);
});

test('a backup of another release is refused', () => {
  requireSameRelease(manifest, release, 'x.backup');
  for (const other of [{ release: 'geneva' }, { version: '9.9.9' }]) {
    assert.throws(() => requireSameRelease({ ...manifest, ...other }, release, 'x.backup'), /nothing was changed/);
  }
});

const running: readonly (readonly [string, KubeObject, boolean])[] = [
  ['a workload', workload('Deployment', 1), true],
  ['a stopped workload', workload('Deployment', 0), false],
  ['a pod of a service', workload('Pod', 0), true],
  ['a workload of somebody else', workload('Deployment', 1, { 'app.kubernetes.io/managed-by': 'Helm' }), false],
];

for (const [what, object, refuses] of running) {
  test(`${what} ${refuses ? 'counts as running' : 'does not count as running'}`, () => {
    const check = () => requireIdle(manifest, 'edgex', [object]);
    if (refuses) assert.throws(check, /EdgeX runs there/);
    else check();
  });
}

test('what was installed before must be of the same kind', () => {
  const inventory = renderInventory({ ...plan, namespace: 'edgex' }, []);
  requireIdle(manifest, 'edgex', [inventory]);
  const other = plan.database === 'redis' ? 'mongo' : 'redis';
  assert.throws(
    () => requireIdle({ ...manifest, database: other }, 'edgex', [inventory]),
    /another database than the backup/,
  );
});

test('what a restore left in the middle is not installed on, and restored again without being asked twice', () => {
  const inventory = renderInventory({ ...plan, namespace: 'edgex' }, []);
  const { metadata } = restoringPatch(true) as { readonly metadata: object };
  const marked = { ...inventory, metadata: { ...inventory.metadata, ...metadata } };
  assert.equal(isHalfRestored([inventory]), false);
  assert.equal(isHalfRestored([marked]), true);
  requireRestored([inventory], 'edgex');
  assert.throws(() => requireRestored([marked], 'edgex'), /a restore was interrupted there/);
  requireIdle(manifest, 'edgex', [marked]);
  assert.match(JSON.stringify(restoringPatch(false)), /null/);
});

test('the choice of a backup gives exactly its services', () => {
  const optional = Object.entries(release.services).filter(([, row]) => row.optional);
  for (const isWanted of [true, false]) {
    const fixed = Object.entries(release.services).filter(([, row]) => !row.optional && !row.database);
    const services = [...fixed, ...(isWanted ? optional : [])].map(([name]) => name);
    const selection = { ...selectionOf({ services }, release), database: 'redis', architecture: 'amd64' } as const;
    const chosen = [...selectServices(release, selection)].filter(([, row]) => !row.database).map(([name]) => name);
    assert.deepEqual(chosen.toSorted(), services.toSorted());
  }
});
