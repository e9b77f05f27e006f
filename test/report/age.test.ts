import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAge } from '../../src/report/age.ts';

test('an age has its two largest units, and none of nothing', () => {
  for (const [ms, text] of [
    [-5_000, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [5_430_000, '1 h 30 min'],
    [86_400_000, '1 d'],
    [93_600_000, '1 d 2 h'],
    [8_640_000_000, '100 d'],
  ] as const) {
    assert.equal(formatAge(ms), text);
  }
});
