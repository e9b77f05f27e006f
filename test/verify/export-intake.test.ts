import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openIntake } from '../../src/verify/export-intake.ts';

const startMs = Date.parse('2026-01-02T03:04:05Z');
const laterMs = startMs + 1_000;

function intakeAt(nowMs: number) {
  const intake = openIntake(() => nowMs);
  intake.start(startMs);
  return {
    ...intake,
    give: (payload: unknown, isRetained = false) =>
      intake.take({ topic: 't', payload: typeof payload === 'string' ? payload : JSON.stringify(payload), isRetained }),
  };
}

const times: readonly (readonly [what: string, event: object, madeMs: number])[] = [
  ["core-data's own time", { created: laterMs, origin: 1 }, laterMs],
  ["the device's in milliseconds", { created: 0, origin: laterMs }, laterMs],
  ["the device's in microseconds", { origin: laterMs * 1e3 }, laterMs],
  ["the device's in nanoseconds", { origin: laterMs * 1e6 }, laterMs],
  ["the newest reading's", { readings: [{ origin: startMs }, { origin: laterMs }] }, laterMs],
];

for (const [what, times_, madeMs] of times) {
  test(`an event's time is ${what}`, () => {
    const intake = intakeAt(laterMs + 7);
    intake.give({ id: 'a', device: 'd', ...times_ });
    assert.deepEqual(intake.events(), [{ id: 'a', device: 'd', madeMs, arrivedMs: laterMs + 7 }]);
  });
}

test('a retained message proves nothing, whenever it was made', () => {
  const intake = intakeAt(laterMs);
  intake.give({ id: 'a', device: 'd', created: laterMs }, true);
  assert.deepEqual(intake.events(), []);
  assert.deepEqual(intake.dismissed(), { retained: 1, old: 0, foreign: 0 });
});

test('an event that was made before the start proves nothing', () => {
  const intake = intakeAt(laterMs);
  intake.give({ id: 'a', device: 'd', created: startMs - 5_000 });
  intake.give({ id: 'b', device: 'd', created: startMs - 1 });
  assert.deepEqual(intake.events(), []);
  assert.deepEqual(intake.dismissed(), { retained: 0, old: 2, foreign: 0, newestOldMs: startMs - 1 });
});

test('what is no event, or has no time, proves nothing', () => {
  const intake = intakeAt(laterMs);
  for (const payload of ['', 'null', '{', '[]', '<xml/>']) intake.give(payload);
  intake.give({ id: 'a', device: 'd' });
  intake.give({ device: 'd', created: laterMs });
  assert.deepEqual(intake.events(), []);
  assert.equal(intake.dismissed().foreign, 7);
});

test('an event that is delivered twice counts once', () => {
  const intake = intakeAt(laterMs);
  for (const id of ['a', 'a', 'b']) intake.give({ id, device: 'd', created: laterMs });
  assert.deepEqual(
    intake.events().map(({ id }) => id),
    ['a', 'b'],
  );
});

test('before the start nothing counts, and a new start forgets', () => {
  const intake = openIntake(() => laterMs);
  const payload = JSON.stringify({ id: 'a', device: 'd', created: laterMs });
  intake.take({ topic: 't', payload, isRetained: false });
  assert.deepEqual(intake.events(), []);
  intake.start(startMs);
  intake.take({ topic: 't', payload, isRetained: false });
  assert.equal(intake.events().length, 1);
  intake.start(laterMs);
  assert.deepEqual(intake.events(), []);
});
