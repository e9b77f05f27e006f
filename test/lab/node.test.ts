import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReadySince } from './node.ts';

const nodeWith = (status: string, lastHeartbeatTime: string) => ({
  status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] },
});

test('a node is ready by what it said after it was switched on, not by what it said before', () => {
  const since = new Date('2026-01-01T00:00:10.700Z');
  assert.equal(isReadySince(nodeWith('True', '2026-01-01T00:00:09Z'), since), false);
  assert.equal(isReadySince(nodeWith('True', '2026-01-01T00:00:10Z'), since), true);
  assert.equal(isReadySince(nodeWith('False', '2026-01-01T00:00:12Z'), since), false);
  assert.equal(isReadySince({}, since), false);
});
