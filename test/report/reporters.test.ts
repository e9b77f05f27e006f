import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { assertGolden } from './golden.ts';
import { openPlayer, play } from './play.ts';
import { badRun, goodRun, quietRun, type Told } from './sequence.ts';

const runs: Readonly<Record<string, readonly Told[]>> = { good: goodRun, bad: badRun, quiet: quietRun };

for (const [name, run] of Object.entries(runs)) {
  test(`plain lines of a ${name} run`, () => assertGolden(`plain-${name}`, play('plain', run).join('')));
  test(`JSON lines of a ${name} run`, () => assertGolden(`jsonl-${name}`, play('jsonl', run).join('')));
}

test('each JSON line is a document with the time and everything of its event', () => {
  const documents = play('jsonl', goodRun).map((line) => {
    assert.match(line, /^[^\n]+\n$/);
    return JSON.parse(line) as Record<string, unknown>;
  });
  assert.equal(documents.length, goodRun.length);
  for (const [index, { event }] of goodRun.entries()) {
    const { time, ...rest } = documents[index] ?? {};
    assert.match(String(time), /^2026-11-24T14:46:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, event);
  }
});

test('plain lines have no escape sequence unless there are colours, and the same words with them', () => {
  const without = play('plain', badRun).join('');
  const coloured = play('plain', badRun, { color: true }).join('');
  assert.ok(!without.includes('\x1b'));
  assert.ok(coloured.includes('\x1b[31m'));
  assert.equal(stripVTControlCharacters(coloured), without);
});

test('plain lines tell a state once, until its reason changes', () => {
  const { at, writes } = openPlayer('plain');
  const waiting = (reason: string) =>
    ({ type: 'service', service: 'a', state: 'waiting', reason, elapsedMs: 0 }) as const;
  at(0, waiting('for b'));
  at(500, waiting('for b'));
  at(1000, waiting('for c'));
  at(1500, waiting('for b'));
  assert.equal(writes.length, 3);
});

test('a run without a write says that there is nothing to change, and that it is healthy', () => {
  assert.match(play('plain', quietRun).at(-1) ?? '', /nothing to change; healthy/);
  assert.match(play('tty', quietRun).join(''), /nothing to change; healthy/);
  assert.doesNotMatch(play('plain', goodRun).join(''), /nothing to change/);
});

test('what an uninstallation keeps has a line that says so, and a run that found nothing says no more', () => {
  for (const kind of ['plain', 'tty'] as const) {
    const { at, writes } = openPlayer(kind);
    at(0, { type: 'kept', object: 'namespace/edgex', reason: 'others have things there' });
    at(1, { type: 'done', message: 'nothing is installed', writes: 0, elapsedMs: 1 });
    const text = writes.join('');
    assert.match(text, /kept namespace\/edgex: others have things there/);
    assert.match(text, /nothing to change: nothing is installed/);
  }
});

test('a text of several lines becomes one line in every reporter', () => {
  for (const kind of ['plain', 'jsonl'] as const) {
    const { at, writes } = openPlayer(kind);
    at(0, { type: 'warning', object: 'pod/a', message: 'one\n\ttwo\r\nthree' });
    assert.match(writes.join(''), /one two three/);
    assert.equal(writes.join('').split('\n').length, 2);
  }
});

test('whatever the reporter, nothing secret leaves it', () => {
  for (const kind of ['plain', 'jsonl', 'tty'] as const) {
    const player = openPlayer(kind, { secrets: ['tok-of-kubeconfig'] });
    const leak = 'saw tok-of-kubeconfig and password=hunter2 \x1b[2J\x07';
    player.at(0, { type: 'stage', stage: 'facts', message: leak });
    player.at(1, { type: 'fact', name: 'server', value: leak });
    player.at(2, { type: 'warning', object: leak, message: leak, hint: leak });
    player.at(3, { type: 'applied', object: leak, action: 'created' });
    player.at(4, { type: 'service', service: 'a', state: 'waiting', reason: leak, elapsedMs: 4 });
    player.at(5, { type: 'seeded', service: 'a', written: 1, kept: [leak] });
    player.at(6, { type: 'heartbeat', waitingFor: [leak], elapsedMs: 6 });
    player.at(6, { type: 'kept', object: leak, reason: leak });
    player.at(7, { type: 'done', message: leak, writes: 1, elapsedMs: 7 });
    player.at(8, {
      type: 'failure',
      error: {
        exit: 'rollout',
        object: leak,
        cause: leak,
        hint: leak,
        evidence: [leak, '-----BEGIN PRIVATE KEY-----', 'bm90aGluZw'],
      },
    });
    player.reporter.close();
    const text = player.writes.join('');
    for (const canary of ['tok-of-kubeconfig', 'hunter2', '\x1b[2J', '\x07', 'bm90aGluZw']) {
      assert.ok(!text.includes(canary), `${kind}: ${JSON.stringify(canary)}`);
    }
    assert.ok(text.includes('[redacted]'));
  }
});
