import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { openVerifyText } from '../../src/report/verify-text.ts';
import type { CheckResult, VerifyReport } from '../../src/verify/types.ts';

function result(code: string, changes: Partial<CheckResult> = {}): CheckResult {
  return {
    ...{
      code,
      category: 'cluster',
      title: `${code} holds`,
      level: 'error',
      outcome: 'passed',
      detail: 'fine',
      elapsedMs: 1,
    },
    ...changes,
  };
}

function play(codes: readonly string[], results: readonly CheckResult[], isLive = false): string {
  let text = '';
  const sink = {
    write: (piece: string) => {
      text += piece;
    },
    columns: () => 30,
    rows: () => 10,
    color: false,
    date: () => new Date(0),
    clock: { now: () => 0 },
    redact: createRedactor(['hunter22']),
  };
  const view = openVerifyText(sink, codes, isLive);
  for (const each of results) view.result(each);
  view.close();
  return text;
}

describe('a verification as text', () => {
  it('has a line for each check, in their order, whichever ends first', () => {
    const text = play(['a', 'b', 'c'], [result('c', { category: 'data' }), result('b'), result('a')]);
    assert.equal(text, 'cluster\n  ✓ a holds: fine\n  ✓ b holds: fine\ndata\n  ✓ c holds: fine\n');
  });

  it('tells of one that failed what is wrong, what shows it, and what to do', () => {
    const text = play(
      ['a', 'b'],
      [
        result('a', { outcome: 'failed', detail: 'x:\nbroken', evidence: ['one', 'two'], hint: 'mend it' }),
        result('b', { outcome: 'failed', level: 'warning' }),
      ],
    );
    assert.equal(text, 'cluster\n  ✗ a: x: broken\n      one\n      two\n      next: mend it\n  ! b: fine\n');
  });

  it('puts those together that were skipped for the same reason', () => {
    const skipped = (code: string, detail: string, category: CheckResult['category'] = 'machine') =>
      result(code, { outcome: 'skipped', detail, category });
    const results = [
      skipped('a', 'no node'),
      skipped('b', 'no node'),
      skipped('c', 'other'),
      skipped('d', 'x', 'data'),
    ];
    assert.equal(play(['a', 'b', 'c', 'd'], results), 'machine\n  – a, b: no node\n  – c: other\ndata\n  – d: x\n');
  });

  it('shows no secret', () => {
    const text = play(
      ['a'],
      [result('a', { outcome: 'failed', detail: 'is hunter22', evidence: ['x hunter22'], hint: 'hunter22' })],
    );
    assert.doesNotMatch(text, /hunter22/);
  });

  it('tells on a terminal what is under way, in a line that is written over', () => {
    const text = play(['a', 'bbbbbbbbbbbb', 'cccccccccccc'], [result('a')], true);
    assert.equal(text, 'cluster\n  ✓ a holds: fine\n\r\x1b[K… bbbbbbbbbbbb, cccccccccccc…\r\x1b[K');
  });

  it('ends with the verdict', () => {
    let text = '';
    const write = (piece: string) => {
      text += piece;
    };
    const sink = {
      write,
      columns: () => 0,
      rows: () => 0,
      color: false,
      date: () => new Date(0),
      clock: { now: () => 0 },
      redact: createRedactor(),
    };
    const report: VerifyReport = {
      verdict: 'failed',
      counts: { passed: 1, failed: 1, skipped: 0, warnings: 0 },
      version: '0.1.0',
      startedMs: 0,
      elapsedMs: 12_000,
      namespace: 'edgex',
      release: { name: 'Fuji', version: '1.1.0' },
      machine: { hostname: 'pi', architecture: 'arm64', isNode: true },
      checks: [result('a'), result('b', { outcome: 'failed' })],
      services: [],
      timelines: [],
    };
    openVerifyText(sink, [], false).end(report);
    assert.equal(text, '\n✗ Failed: 1 of 2 checks failed in 12 s\nFuji 1.1.0, edgex-boot 0.1.0\n');
  });
});
