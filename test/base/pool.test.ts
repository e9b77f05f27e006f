import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapPool } from '../../src/base/pool.ts';

const turn = () => new Promise(setImmediate);

test('the results are in the order of the items, and no more run at once than may', async () => {
  let running = 0;
  let peak = 0;
  const results = await mapPool([3, 1, 2], 2, async (turns) => {
    peak = Math.max(peak, ++running);
    for (let i = 0; i < turns; i++) await turn();
    running--;
    return turns * 10;
  });
  assert.deepEqual(results, [30, 10, 20]);
  assert.equal(peak, 2);
});

test('after a rejection nothing more begins, and what is under way ends before it is thrown', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const pool = mapPool([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('broken');
    await turn();
    await turn();
    ended.push(item);
  });
  await assert.rejects(pool, /broken/);
  assert.deepEqual(begun, [0, 1]);
  assert.deepEqual(ended, [1]);
});
