import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import type { NodeFacts } from '../../src/facts/types.ts';
import { chooseArchitecture } from '../../src/plan/architecture.ts';
import { clusterFacts, installedFacts } from '../support/facts.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';

const release = fuji();
const nothing = installedFacts('edgex');
const controlPlane = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

const amd64 = { architecture: 'amd64' };
const arm64 = { architecture: 'arm64' };
const arm = { architecture: 'arm' };

const chosen: readonly (readonly [string, readonly Partial<NodeFacts>[], string])[] = [
  ['that of the only node', [arm64], 'arm64'],
  ['that of most nodes', [amd64, arm64, arm64], 'arm64'],
  ['of two equally many, the one that the release names first', [arm64, amd64], 'amd64'],
  ['not that of a node that is not ready', [arm64, { ...amd64, ready: false }], 'arm64'],
  ['not that of a cordoned node', [arm64, { ...amd64, unschedulable: true }], 'arm64'],
  ['not that of a tainted node', [arm64, { ...amd64, taints: [controlPlane] }], 'arm64'],
  [
    'that of a node which pods only prefer to avoid',
    [{ ...arm64, taints: [{ key: 'a', effect: 'PreferNoSchedule' }] }],
    'arm64',
  ],
  ['not one without images, however many have it', [arm, arm, arm64], 'arm64'],
];
for (const [what, nodes, architecture] of chosen) {
  test(`the architecture is ${what}`, () => {
    assert.equal(chooseArchitecture(clusterFacts(...nodes), release, nothing), architecture);
  });
}

/** As a site file's `placement` and `services.NAME.tolerations` leave it. */
function tolerant(share: number): typeof release {
  const tolerations = [{ key: controlPlane.key, operator: 'Exists' as const }];
  const rows = Object.entries(release.services);
  const count = share * rows.length;
  return {
    ...release,
    services: Object.fromEntries(rows.map(([name, row], at) => [name, at < count ? { ...row, tolerations } : row])),
  };
}

test('a taint that every service tolerates is none', () => {
  const cluster = clusterFacts({ ...arm64, taints: [controlPlane] });
  assert.equal(chooseArchitecture(cluster, tolerant(1), nothing), 'arm64');
  assert.throws(() => chooseArchitecture(cluster, tolerant(0.5), nothing), /tainted/);
});

const installed = installedFacts('edgex', fujiPlan({ architecture: 'amd64' }).objects);

test('what is installed keeps its architecture, though most nodes are of another', () => {
  assert.equal(chooseArchitecture(clusterFacts(amd64, arm64, arm64), release, installed), 'amd64');
});

test('it does not move to another architecture because its node is away for a while', () => {
  const cluster = clusterFacts({ ...amd64, name: 'server', ready: false }, arm64);
  assert.throws(() => chooseArchitecture(cluster, release, installed), /node\/server: it is NotReady/);
});

test('it moves where no node of its architecture is left', () => {
  assert.equal(chooseArchitecture(clusterFacts(arm64), release, installed), 'arm64');
});

interface Refusal {
  readonly object: string;
  readonly cause: RegExp;
  readonly hint: RegExp;
  readonly evidence?: readonly RegExp[];
}

const refused: readonly (readonly [string, readonly Partial<NodeFacts>[], Refusal])[] = [
  ['no node', [], { object: 'cluster', cause: /no node/, hint: /Join/ }],
  [
    '32-bit ARM',
    [{ ...arm, name: 'pi' }],
    { object: 'node/pi', cause: /arm \(32 bits\).*amd64 and arm64/, hint: /64-bit system/ },
  ],
  [
    'an architecture without images',
    [{ architecture: 'riscv64', name: 'board' }],
    { object: 'node/board', cause: /riscv64.*amd64 and arm64/, hint: /amd64 or arm64/ },
  ],
  [
    'a node that is not ready',
    [{ name: 'pi', ready: false }],
    { object: 'node/pi', cause: /NotReady/, hint: /kubectl describe node pi/ },
  ],
  [
    'a cordoned node',
    [{ name: 'pi', unschedulable: true }],
    { object: 'node/pi', cause: /cordoned/, hint: /kubectl uncordon pi/ },
  ],
  [
    'a tainted node',
    [{ name: 'pi', taints: [controlPlane] }],
    {
      object: 'node/pi',
      cause: /tainted: node-role\.kubernetes\.io\/control-plane:NoSchedule/,
      hint: /kubectl taint nodes pi node-role\.kubernetes\.io\/control-plane:NoSchedule-/,
    },
  ],
  [
    'only nodes that will not do, each for its own reason',
    [
      { name: 'a', ready: false },
      { name: 'b', unschedulable: true },
      { name: 'c', taints: [{ key: 'use', value: 'gpu', effect: 'NoExecute' }] },
      { name: 'd', architecture: 'arm' },
    ],
    {
      object: 'cluster',
      cause: /none of its nodes/,
      hint: /describe node a/,
      evidence: [
        /^node\/a: .*NotReady/,
        /^node\/b: .*cordoned/,
        /^node\/c: .*use=gpu:NoExecute/,
        /^node\/d: .*32 bits/,
      ],
    },
  ],
];
for (const [what, nodes, { object, cause, hint, evidence = [] }] of refused) {
  test(`${what} is refused, with what to do`, () => {
    assert.throws(
      () => chooseArchitecture(clusterFacts(...nodes), release, nothing),
      (error: unknown) => {
        assert.ok(isBootError(error));
        const { details } = error;
        assert.equal(details.exit, 'preflight');
        assert.equal(details.object, object);
        assert.match(details.cause, cause);
        assert.match(details.hint ?? '', hint);
        assert.equal(details.evidence?.length ?? 0, evidence.length);
        for (const [index, line] of evidence.entries()) assert.match(details.evidence?.[index] ?? '', line);
        return true;
      },
    );
  });
}
