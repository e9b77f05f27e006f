import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatten, isList, isTable, type Scalar, scalarText, type Tree } from '../../src/plan/config-tree.ts';

/** Trees that look random but are the same in each run. */
function* trees(count: number): Generator<Tree> {
  let state = 1;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const scalars: readonly Scalar[] = ['', 'text', ' a b ', 'x/y', 0, -7, 48080, 0.25, true, false];
  const grow = (depth: number): Tree => {
    const shape = depth === 0 ? 0 : random(3);
    if (shape === 0) return scalars[random(scalars.length)] ?? '';
    const branches = Array.from({ length: random(4) }, () => grow(depth - 1));
    return shape === 1 ? branches : Object.fromEntries(branches.map((branch, index) => [`k${index}`, branch]));
  };
  for (let index = 0; index < count; index++) yield { root: grow(5) };
}

/** What the path leads to; the inverse of flattening for one leaf. */
function lookUp(tree: Tree, path: string): Tree | undefined {
  return path.split('/').reduce<Tree | undefined>((at, name) => {
    if (isList(at)) return at[Number(name)];
    return isTable(at) ? at[name] : undefined;
  }, tree);
}

function countLeaves(tree: Tree): number {
  if (typeof tree !== 'object') return 1;
  return Object.values<Tree>(tree).reduce<number>((sum, branch) => sum + countLeaves(branch), 0);
}

test('each leaf has one path, and the path leads back to it', () => {
  let leaves = 0;
  for (const tree of trees(300)) {
    const entries = flatten(tree);
    assert.equal(new Set(entries.map(([path]) => path)).size, countLeaves(tree));
    for (const [path, value] of entries) assert.equal(lookUp(tree, path), value, path);
    leaves += entries.length;
  }
  assert.ok(leaves > 500, `only ${leaves} leaves were tried`);
});

test('empty tables and lists leave no key, at any depth', () => {
  assert.deepEqual(flatten({ a: {}, b: [], c: { d: [{}, [], { e: {} }] } }), []);
});

test('a folder of its own for each table and each entry of a list', () => {
  assert.deepEqual(flatten({ A: { B: [1, { C: '' }], 'd.e': true } }), [
    ['A/B/0', 1],
    ['A/B/1/C', ''],
    ['A/d.e', true],
  ]);
});

test('values have the text that Go gives them', () => {
  const texts: readonly (readonly [Scalar, string])[] = [
    [48080, '48080'],
    [-1, '-1'],
    [9007199254740991, '9007199254740991'],
    [1.5, '1.5'],
    [0.1, '0.1'],
    [0.000001, '0.000001'],
    [true, 'true'],
    [false, 'false'],
    ['', ''],
    [' x ', ' x '],
  ];
  for (const [value, text] of texts) assert.equal(scalarText(value), text);
});
