import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEvent, ServiceState } from '../../src/base/events.ts';
import { assertGolden } from './golden.ts';
import { openPlayer, play } from './play.ts';
import { openScreen } from './screen.ts';
import { badRun, goodRun } from './sequence.ts';

function show(writes: readonly string[], columns = 80, rows = 40) {
  const screen = openScreen(columns, rows);
  for (const text of writes) screen.write(text);
  return screen;
}

function service(name: string, state: ServiceState, reason?: string): BootEvent {
  return { type: 'service', service: name, state, elapsedMs: 1000, ...(reason ? { reason } : {}) };
}

test('what stays on the screen after a good run', () => assertGolden('tty-good', show(play('tty', goodRun)).text()));
test('what stays on the screen after a bad run', () => assertGolden('tty-bad', show(play('tty', badRun)).text()));
test('what stays on a narrow screen after a bad run', () =>
  assertGolden('tty-bad-narrow', show(play('tty', badRun, { columns: 36 }), 36).text()));

test('the live view while services start', () => {
  const player = openPlayer('tty');
  for (const { atMs, event } of goodRun.filter(({ atMs }) => atMs <= 6000)) player.at(atMs, event);
  player.at(9000);
  assertGolden('tty-live', show(player.writes).text());
});

test('colours change nothing but the colours', () => {
  const coloured = play('tty', badRun, { color: true });
  assert.ok(coloured.join('').includes('\x1b[32m'));
  assert.equal(show(coloured).text(), show(play('tty', badRun)).text());
});

test('no line is wider than the terminal, whatever its width, and the view stays in its place', () => {
  for (const run of [goodRun, badRun]) {
    for (const columns of [8, 12, 20, 33, 40, 61, 80, 120, 200]) {
      const text = show(play('tty', run, { columns }), columns).text();
      for (const line of text.split('\n')) assert.ok(line.length <= columns, `${columns}: ${line}`);
    }
  }
});

test('on a screen with few rows the unfinished services are shown, and the table is whole at the end', () => {
  const player = openPlayer('tty', { rows: 6 });
  const names = Array.from({ length: 12 }, (_, index) => `service-${index}`);
  player.at(0, { type: 'stage', stage: 'rollout', message: 'waiting' });
  for (const name of names) player.at(1, service(name, 'starting'));
  for (const name of names.slice(0, 10)) player.at(2, service(name, 'ready'));
  const live = show(player.writes, 80, 6).visible().join('\n');
  assert.match(live, /service-10 /);
  assert.match(live, /service-11 /);
  assert.match(live, /… 9 more|… 10 more/);
  player.reporter.close();
  const end = show(player.writes, 80, 6).text();
  for (const name of names) assert.match(end, new RegExp(`${name} `));
  assert.doesNotMatch(end, /more/);
});

test('the cursor is hidden while the view is live, and there again at each kind of end', () => {
  const endings: readonly (BootEvent | undefined)[] = [
    undefined,
    { type: 'done', message: 'x', writes: 1, elapsedMs: 1 },
    { type: 'failure', error: { exit: 'timeout', object: 'a', cause: 'late' } },
  ];
  for (const ending of endings) {
    const player = openPlayer('tty');
    player.at(0, service('a', 'starting'));
    assert.ok(show(player.writes).isCursorHidden());
    if (ending) {
      player.at(1, ending);
      assert.ok(!show(player.writes).isCursorHidden());
    }
    player.reporter.close();
    assert.ok(!show(player.writes).isCursorHidden());
    const { length } = player.writes;
    player.at(2);
    player.reporter.close();
    assert.equal(player.writes.length, length, 'nothing is written once it is closed');
  }
});

test('the error comes last, below the table', () => {
  const text = show(play('tty', badRun)).text();
  assert.ok(text.indexOf('error: deployment/edgex-mongo') > text.indexOf('✓ edgex-core-consul'));
  assert.match(text, /exit code 4\n$/);
});

test('seconds go on while nothing happens, and stand still for what is ready', () => {
  const player = openPlayer('tty');
  player.at(0, service('a', 'starting'));
  player.at(0, service('b', 'ready'));
  player.at(12_000);
  const text = show(player.writes).text();
  assert.match(text, /a +starting +13 s/);
  assert.match(text, /b +ready +1\.0 s/);
});

test('a terminal that becomes narrower keeps nothing of the view before', () => {
  const player = openPlayer('tty', { columns: 80 });
  player.at(0, service('a', 'waiting', 'x'.repeat(60)));
  player.resize({ columns: 40 });
  player.at(1000);
  // What took 78 columns takes two lines of 40 now.
  assert.ok(player.writes.at(-1)?.startsWith('\x1b[2A\r\x1b[J'));
});

test('wide characters are counted by the columns that they take', () => {
  const player = openPlayer('tty', { columns: 40 });
  player.at(0, service('a', 'waiting', '東京'.repeat(30)));
  player.at(1, { type: 'fact', name: 'name', value: '東京'.repeat(30) });
  player.reporter.close();
  show(player.writes, 40);
});

test('a size that the terminal does not tell is taken as the usual one', () => {
  const player = openPlayer('tty', { columns: 0, rows: 0 });
  player.at(0, service('a', 'waiting', 'x'.repeat(200)));
  player.reporter.close();
  show(player.writes, 80, 24);
});
