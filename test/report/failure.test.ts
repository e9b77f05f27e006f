import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExitName, exitCodes } from '../../src/base/errors.ts';
import { renderFailure } from '../../src/report/failure.ts';
import { createRedactor } from '../../src/report/redact.ts';

test('a failure says what, why, the evidence, what next, and how the program ends', () => {
  const text = renderFailure({
    exit: 'timeout',
    object: 'deployment/x',
    cause: 'not ready after 15 min',
    evidence: ['Warning Unhealthy: probe failed', '  two\tspaces'],
    hint: 'Give it more time with --timeout.',
  });
  assert.equal(
    text,
    [
      'error: deployment/x: not ready after 15 min',
      '    Warning Unhealthy: probe failed',
      '      two  spaces',
      'next: Give it more time with --timeout.',
      'exit code 5',
      '',
    ].join('\n'),
  );
});

test('every exit name ends with its code', () => {
  for (const [name, code] of Object.entries(exitCodes)) {
    const text = renderFailure({ exit: name as ExitName, object: 'x', cause: 'y' });
    assert.equal(text, `error: x: y\nexit code ${code}\n`);
  }
});

test('nothing secret is in a failure, with or without colours', () => {
  const details = {
    exit: 'cluster' as const,
    object: 'https://bob:canary@host',
    cause: 'said tok-canary\x1b[2J',
    hint: 'password=canary',
    evidence: ['-----BEGIN PRIVATE KEY-----', 'canary', '-----END PRIVATE KEY-----', 'after'],
  };
  for (const color of [false, true]) {
    const text = renderFailure(details, { color, redact: createRedactor(['tok-canary']) });
    assert.ok(!text.includes('canary'), text);
    assert.ok(!text.includes('\x1b[2J'));
    assert.ok(text.includes('after'));
  }
});
