import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearTicks, timeTicks } from '../../../src/report/html/ticks.ts';

test('counts are whole, in equal round steps, and nothing exceeds the last one', () => {
  for (const [most, ticks] of [
    [1, [0, 1]],
    [2, [0, 1, 2]],
    [5, [0, 1, 2, 3, 4, 5]],
    [25.3, [0, 10, 20, 30]],
    [380, [0, 100, 200, 300, 400]],
    [1_000_000, [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]],
  ] as const) {
    assert.deepEqual(linearTicks(most), ticks, String(most));
  }
});

test('times have steps as a clock has them, however long it took', () => {
  for (const [lastMs, texts] of [
    [1_000, ['0 s', '1 s']],
    [12_400, ['0 s', '5 s', '10 s']],
    [40_000, ['0 s', '10 s', '20 s', '30 s', '40 s']],
    [150_000, ['0 s', '30 s', '60 s', '90 s', '120 s', '150 s']],
    [600_000, ['0 min', '2 min', '4 min', '6 min', '8 min', '10 min']],
    [9_000_000, ['0 min', '30 min', '60 min', '90 min', '120 min', '150 min']],
    [1_000_000_000, ['0 h', '72 h', '144 h', '216 h']],
  ] as const) {
    assert.deepEqual(
      timeTicks(lastMs).map(({ text }) => text),
      texts,
      String(lastMs),
    );
  }
});
