import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byUrgency, criticalPath, findCycle, type Graph, waves } from '../../src/plan/graph.ts';

const diamond: Graph = { registry: [], database: [], core: ['registry', 'database'], app: ['core'], ui: [] };

test('services that need nothing stand in the first wave, others right behind the last of their needs', () => {
  assert.deepEqual(waves(diamond), [['registry', 'database', 'ui'], ['core'], ['app']]);
});

test('what the longest chains stand on is the most urgent', () => {
  const graph: Graph = { ui: [], app: ['core'], database: [], core: ['registry', 'database'], registry: [] };
  assert.deepEqual(byUrgency(graph), ['database', 'registry', 'core', 'ui', 'app']);
});

test('a cycle is named in its order', () => {
  assert.deepEqual(findCycle({ a: ['b'], b: ['c'], c: ['a'] }), ['a', 'b', 'c', 'a']);
  assert.deepEqual(findCycle({ a: ['a'] }), ['a', 'a']);
});

test('a need that two share is no cycle', () => {
  assert.equal(findCycle({ ...diamond, other: ['core', 'app'] }), undefined);
});

test('the critical path is the longest chain of times', () => {
  const times = { registry: 4, database: 2, core: 1, app: 2, ui: 6 };
  assert.deepEqual(criticalPath(diamond, times), { path: ['registry', 'core', 'app'], totalMs: 7 });
  assert.deepEqual(criticalPath(diamond, { ...times, ui: 9 }), { path: ['ui'], totalMs: 9 });
});
