import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { type CheckRow, loadChecks } from '../../src/verify/checks.ts';
import { checksToRepeat, mergeResults, selectChecks } from '../../src/verify/select-checks.ts';
import type { CheckOutcome, CheckResult } from '../../src/verify/types.ts';
import { checkRow } from './check-row.ts';

const rows = loadChecks();
const all = { only: [], skip: [], pre: false } as const;

function chosen(selection: Partial<Parameters<typeof selectChecks>[1]>): readonly string[] {
  return selectChecks(rows, { ...all, ...selection }).map(({ code }) => code);
}

function refusal(selection: Partial<Parameters<typeof selectChecks>[1]>): string {
  try {
    chosen(selection);
  } catch (error) {
    assert.ok(error instanceof BootError);
    assert.equal(error.details.exit, 'usage');
    return `${error.details.object}: ${error.details.cause}. ${error.details.hint}`;
  }
  throw new Error('accepted');
}

describe('the choice of checks', () => {
  it('is by code and by category', () => {
    assert.deepEqual(chosen({ only: ['events-arrive', 'consul-keys'] }), ['consul-keys', 'events-arrive']);
    assert.deepEqual(chosen({ only: ['storage'], skip: ['volumes-free', 'claims-bound'] }), [
      'volumes-present',
      'volumes-retained',
      'volumes-labelled',
    ]);
  });

  it('before an installation is of the machine and the cluster', () => {
    const categories = new Set(selectChecks(rows, { ...all, pre: true }).map(({ category }) => category));
    assert.deepEqual([...categories], ['machine', 'cluster']);
    assert.ok(chosen({ pre: true }).includes('plan-fits'));
    assert.ok(!chosen({ pre: true }).includes('installation-present'));
    assert.ok(!chosen({}).includes('plan-fits'));
  });

  it('refuses what is no check, with the nearest one', () => {
    assert.match(refusal({ only: ['event-arrive'] }), /^--only event-arrive: neither .* Did you mean events-arrive\?$/);
    assert.match(refusal({ skip: ['xyz'] }), /^--skip xyz: .*The categories are machine, cluster,/);
  });

  it('says what checks of the export take', () => {
    assert.match(refusal({ only: ['export'] }), /^--only export: .* Add --mqtt;/);
    assert.match(refusal({ only: ['data', 'export-arrives'] }), /^--only export-arrives: .* Add --mqtt;/);
    assert.ok(chosen({ only: ['export'], mqtt: 'auto' }).includes('export-arrives'));
  });

  it('refuses to do nothing', () => {
    assert.match(refusal({ only: ['data'], pre: true }), /^--only data --pre: no check is left/);
  });
});

describe('what is repeated', () => {
  const result = (code: string, outcome: CheckOutcome): CheckResult => ({
    ...{ code, category: 'data', title: code, level: 'error', outcome, elapsedMs: 0 },
  });
  const repeated = (own: readonly CheckRow[], results: readonly CheckResult[]) =>
    checksToRepeat(own, results).map(({ code }) => code);

  it('is what failed, and what was skipped, since that may be because of it', () => {
    const own = [checkRow('a'), checkRow('b', { needs: ['a'] }), checkRow('c'), checkRow('d')];
    const results = [result('a', 'failed'), result('b', 'skipped'), result('c', 'passed'), result('d', 'skipped')];
    assert.deepEqual(repeated(own, results), ['a', 'b', 'd']);
  });

  it('is all that comes after a fatal one', () => {
    const own = [checkRow('a', { level: 'fatal', category: 'cluster' }), checkRow('b'), checkRow('c')];
    assert.deepEqual(repeated(own, [result('a', 'failed'), result('b', 'skipped'), result('c', 'skipped')]), [
      'a',
      'b',
      'c',
    ]);
  });

  it('is nothing where waiting does not help', () => {
    assert.deepEqual(repeated([checkRow('a', { retry: false })], [result('a', 'failed')]), []);
    assert.deepEqual(repeated([checkRow('a', { level: 'warning' })], [result('a', 'failed')]), []);
    assert.deepEqual(repeated([checkRow('a')], [result('a', 'passed')]), []);
  });

  it('takes the place of what was before', () => {
    const merged = mergeResults([result('a', 'failed'), result('b', 'passed')], [result('a', 'passed')]);
    assert.deepEqual(
      merged.map(({ outcome }) => outcome),
      ['passed', 'passed'],
    );
  });
});
