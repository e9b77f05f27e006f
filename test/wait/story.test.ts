import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { Verdict } from '../../src/wait/judge.ts';
import { openStory } from '../../src/wait/story.ts';

function told(...looks: readonly (readonly [elapsedMs: number, verdict: Verdict])[]): readonly string[] {
  const lines: string[] = [];
  const story = openStory((event: BootEvent) => {
    if (event.type === 'service') lines.push(`${event.elapsedMs} ${event.state}: ${event.reason ?? ''}`);
  });
  for (const [elapsedMs, verdict] of looks) story.tell([verdict], elapsedMs);
  return lines;
}

const waits: Verdict = { service: 'app', state: 'waiting', reason: 'for the database' };
const guess: Verdict = { service: 'app', state: 'waiting', reason: 'for its settings', isGuess: true };
const starts: Verdict = { service: 'app', state: 'starting' };

test('a guess is kept back as long as the service may just be about to start', () => {
  assert.deepEqual(told([0, waits], [5_000, guess], [6_000, guess], [6_500, starts]), [
    '0 waiting: for the database',
    '6500 starting: ',
  ]);
});

test('a guess that lasts is told, and so is the first thing that is known', () => {
  assert.deepEqual(told([0, waits], [5_000, guess], [8_000, guess], [9_000, guess]), [
    '0 waiting: for the database',
    '8000 waiting: for its settings',
  ]);
  assert.deepEqual(told([0, guess]), ['0 waiting: for its settings']);
});
