import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { allOrAbort } from '../../src/base/concurrent.ts';

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('the results come in the order of the tasks', async () => {
  const results = await allOrAbort(new AbortController().signal, [async () => delay(5, 'a'), async () => 2] as const);
  assert.deepEqual(results, ['a', 2]);
});

test('the first failure stops the others and is the one that is thrown', async () => {
  const stopped: string[] = [];
  const tasks = [
    async () => {
      throw new Error('first');
    },
    async (signal: AbortSignal) => never(signal).catch(() => stopped.push('second')),
    never,
  ];
  await assert.rejects(allOrAbort(new AbortController().signal, tasks), /first/);
  assert.deepEqual(stopped, ['second']);
});

test('a run that is told to end stops all of them', async () => {
  const stop = new AbortController();
  const running = allOrAbort(stop.signal, [never, never]);
  stop.abort(new Error('stopped'));
  await assert.rejects(running, /stopped/);
});
