import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import type { CheckRow } from '../../src/verify/checks.ts';
import { failed, passed, skipped } from '../../src/verify/finding.ts';
import { type Probe, runChecks } from '../../src/verify/run-checks.ts';
import type { CheckResult } from '../../src/verify/types.ts';
import { fakeClock } from '../kube/fake-api.ts';
import { checkRow } from './check-row.ts';

type Probes = Readonly<Record<string, Probe<string>>>;

const fine: Probe<string> = () => passed('fine');
const broken: Probe<string> = () => failed('broken');

function run(
  rows: readonly CheckRow[],
  probes: Probes,
  more: { readonly signal?: AbortSignal; readonly onResult?: (result: CheckResult) => void } = {},
): Promise<readonly CheckResult[]> {
  const words = async () => ({ namespace: 'edgex' });
  return runChecks({
    rows,
    probes,
    facts: 'facts',
    clock: fakeClock(),
    signal: new AbortController().signal,
    words,
    ...more,
  });
}

const summary = (results: readonly CheckResult[]) =>
  results.map(({ code, outcome, detail }) => `${code} ${outcome}: ${detail}`);

describe('a run of checks', () => {
  it('gives a result for each, in the order of the rows', async () => {
    const rows = [checkRow('a', { category: 'cluster' }), checkRow('b'), checkRow('c')];
    const slow: Probe<string> = async (facts) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return passed(facts);
    };
    assert.deepEqual(summary(await run(rows, { a: fine, b: slow, c: broken })), [
      'a passed: fine',
      'b passed: facts',
      'c failed: broken',
    ]);
  });

  it('ends its categories one after another, and the checks of one side by side', async () => {
    const seen: string[] = [];
    const probe =
      (name: string, ms: number): Probe<string> =>
      async () => {
        seen.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, ms));
        seen.push(`${name} ends`);
        return passed('');
      };
    const rows = [checkRow('a', { category: 'cluster' }), checkRow('b', { category: 'cluster' }), checkRow('c')];
    await run(rows, { a: probe('a', 20), b: probe('b', 5), c: probe('c', 0) });
    assert.deepEqual(seen, ['a begins', 'b begins', 'b ends', 'a ends', 'c begins', 'c ends']);
  });

  it('is over with a fatal one that fails, at the end of its category', async () => {
    const rows = [
      checkRow('a', { category: 'cluster', level: 'fatal' }),
      checkRow('b', { category: 'cluster' }),
      checkRow('c'),
    ];
    assert.deepEqual(summary(await run(rows, { a: broken, b: fine, c: fine })), [
      'a failed: broken',
      'b passed: fine',
      'c skipped: a has failed',
    ]);
  });

  it('goes on after a fatal one that was skipped', async () => {
    const rows = [checkRow('a', { category: 'machine', level: 'fatal' }), checkRow('b')];
    assert.equal((await run(rows, { a: () => skipped('no node'), b: fine }))[1]?.outcome, 'passed');
  });

  it('skips what needs one that failed, and what needs that, but not what needs one that made no sense', async () => {
    const rows = [
      checkRow('a'),
      checkRow('b', { needs: ['a'] }),
      checkRow('c', { needs: ['b'] }),
      checkRow('d'),
      checkRow('e', { needs: ['d'] }),
    ];
    const probes = { a: broken, b: fine, c: fine, d: () => skipped('no'), e: fine };
    assert.deepEqual(summary(await run(rows, probes)).slice(1), [
      'b skipped: a has failed',
      'c skipped: b was skipped',
      'd skipped: no',
      'e passed: fine',
    ]);
  });

  it('takes a need that is not among the rows as met', async () => {
    assert.equal((await run([checkRow('b', { needs: ['a'] })], { b: fine }))[0]?.outcome, 'passed');
  });

  it('takes what cannot be found out for a failure, in the words of the error', async () => {
    const probe = () =>
      Promise.reject(
        new BootError({ exit: 'timeout', object: 'x', cause: 'no answer', hint: 'look', evidence: ['e'] }),
      );
    const [result] = await run([checkRow('a', { hint: 'other' })], { a: probe });
    assert.deepEqual(
      { ...result, elapsedMs: 0 },
      {
        code: 'a',
        category: 'data',
        title: 'a',
        level: 'error',
        outcome: 'failed',
        detail: 'x: no answer',
        evidence: ['e'],
        hint: 'look',
        elapsedMs: 0,
      },
    );
  });

  it('gives a hint only where a check failed, with its words filled in', async () => {
    const hint = 'kubectl -n {namespace} get {odd}';
    const results = await run([checkRow('a', { hint }), checkRow('b', { hint })], { a: fine, b: broken });
    assert.deepEqual(
      results.map((each) => each.hint),
      [undefined, 'kubectl -n edgex get {odd}'],
    );
  });

  it('does not hide a fault of the program', async () => {
    await assert.rejects(run([checkRow('a')], { a: () => Promise.reject(new TypeError('x')) }), TypeError);
  });

  it('ends with the reason of the signal, not with failures', async () => {
    const stop = new AbortController();
    const reason = new BootError({ exit: 'interrupted', object: 'edgex-boot', cause: 'stopped' });
    const probe = async () => {
      stop.abort(reason);
      throw new BootError({ exit: 'cluster', object: 'x', cause: 'cut' });
    };
    await assert.rejects(run([checkRow('a')], { a: probe }, { signal: stop.signal }), reason);
  });
});
