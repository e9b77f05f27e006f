import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { renderResult } from '../../src/report/result.ts';

const context = {
  namespace: 'edgex',
  hostname: 'pi-17',
  site: 'Pump 17',
  date: new Date('2026-11-24T12:00:00Z'),
  redact: createRedactor(['hunter2']),
};

test('the result of a run that went well', () => {
  const result = JSON.parse(
    renderResult(
      { type: 'done', message: 'EdgeX runs', writes: 3, requests: 90, elapsedMs: 1234.5, isHealthy: true },
      context,
    ),
  );
  assert.equal(result.ok, true);
  assert.equal(result.code, 0);
  assert.equal(result.writes, 3);
  assert.equal(result.requests, 90);
  assert.equal(result.elapsedMs, 1235);
  assert.equal(result.finishedAt, '2026-11-24T12:00:00.000Z');
});

test('the result of one that failed has code, cause and next step, and no secret', () => {
  const error = { exit: 'rollout', object: 'deployment/x', cause: 'no hunter2', hint: 'Look.' } as const;
  const text = renderResult({ type: 'failure', error }, context);
  const result = JSON.parse(text);
  assert.equal(result.ok, false);
  assert.deepEqual([result.hostname, result.site], ['pi-17', 'Pump 17'], 'whose it is');
  assert.equal(result.exit, 'rollout');
  assert.equal(result.code, 4);
  assert.equal(result.error.object, 'deployment/x');
  assert.equal(result.error.hint, 'Look.');
  assert.doesNotMatch(text, /hunter2/);
});
