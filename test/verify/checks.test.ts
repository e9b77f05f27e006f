import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { BootError } from '../../src/base/errors.ts';

import { probes } from '../../src/verify/checks/probes.ts';
import { loadChecks, parseChecks } from '../../src/verify/checks.ts';
import type { VerifyFacts } from '../../src/verify/facts.ts';
import { hintWords } from '../../src/verify/hint-words.ts';
import { runChecks } from '../../src/verify/run-checks.ts';
import type { CheckResult } from '../../src/verify/types.ts';
import { cases } from './check-cases.ts';
import { healthyFacts, withServices } from './healthy-facts.ts';

const rows = loadChecks();
const codes = rows.map(({ code }) => code);
/** The trial of the export has tests of its own. */
const own = rows.filter(({ category }) => category !== 'export');

async function resultOf(code: string, facts: VerifyFacts, before: readonly string[] = []): Promise<CheckResult> {
  const results = await runChecks({
    rows: rows.filter((row) => row.code === code || before.includes(row.code)),
    probes,
    facts,
    clock: systemClock,
    signal: new AbortController().signal,
    words: () => hintWords(facts),
  });
  const result = results.find((each) => each.code === code);
  assert.ok(result, code);
  return result;
}

describe('the table of checks', () => {
  it('has a probe for each row, and a row for each probe', () => {
    assert.deepEqual(codes.toSorted(), Object.keys(probes).toSorted());
  });

  it('has its words in docs/checks.md for each', () => {
    const page = readFileSync('docs/checks.md', 'utf8');
    const anchors = [...page.matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, anchor]) => anchor);
    assert.deepEqual(anchors, codes);
  });

  it('has for each a case that fails', () => {
    const failing = (code: string) => cases[code]?.some(({ outcome }) => outcome === 'failed') ?? false;
    assert.deepEqual(
      own.map(({ code }) => code).filter((code) => !failing(code)),
      [],
    );
  });

  it('gives a service more memory where the next install finds it', () => {
    const { hint = '' } = rows.find(({ code }) => code === 'services-memory') ?? {};
    assert.match(hint, /services\.NAME\.resources\.memoryLimit in the site file/);
  });

  it('names in its hints only words that there are', async () => {
    const words = await hintWords(healthyFacts());
    for (const { code, hint = '' } of rows) {
      for (const [, word = ''] of hint.matchAll(/\{(\w+)\}/g)) assert.ok(word in words, `${code}: {${word}}`);
    }
  });

  it('tells nobody to install again without the options and the namespace of the installation', async () => {
    const { hint } = await resultOf(
      'services-present',
      healthyFacts({ ...withServices({ 'edgex-core-data': { deployment: undefined } as never }), namespace: 'mill' }),
    );
    assert.match(hint ?? '', /Run install again with the same options \(--namespace mill\)/);
    assert.deepEqual(
      rows.filter((row) => /install again/.test(row.hint ?? '')).map(({ code }) => code),
      [],
    );
  });

  it('is refused when a check needs one that stands below it', () => {
    const row = (code: string, needs: string) =>
      `{ code: ${code}, category: data, title: t, level: error, needs: [${needs}] }`;
    const text = `apiVersion: edgex-boot/v1\nchecks: [${row('a-a', 'b-b')}, ${row('b-b', '')}]`;
    assert.throws(
      () => parseChecks('checks.yaml', text),
      (error) => error instanceof BootError && error.details.cause === 'a-a: no check b-b stands above it',
    );
  });
});

for (const [code, those] of Object.entries(cases)) {
  describe(code, () => {
    it('passes where all is well', async () => {
      const { outcome, detail, hint } = await resultOf(code, healthyFacts());
      assert.equal(outcome, 'passed', detail);
      assert.equal(hint, undefined);
    });
    for (const { what, facts, outcome, detail } of those) {
      it(`${outcome}: ${what}`, async () => {
        const result = await resultOf(code, healthyFacts(facts));
        assert.match(result.detail ?? '', detail);
        assert.equal(result.outcome, outcome);
        // What to do is told by the row, by the finding, or by the error that came instead of one.
        if (outcome === 'failed' && code !== 'plan-fits') assert.ok(result.hint);
        assert.doesNotMatch(`${result.detail} ${result.hint ?? ''}`, /undefined|NaN|\{\w+\}/);
      });
    }
  });
}

it('what nothing can be said of for want of a service is skipped where the services are looked at, and fails elsewhere', async () => {
  const wants: Readonly<Record<string, string>> = {
    'database-answers': 'edgex-core-data',
    'devices-present': 'edgex-core-metadata',
    'events-arrive': 'edgex-core-data',
    'events-recent': 'edgex-device-virtual',
    'command-round-trip': 'edgex-core-command',
    'rules-engine-fed': 'edgex-support-rulesengine',
  };
  for (const [code, service] of Object.entries(wants)) {
    const facts = healthyFacts({
      ...withServices({ [service]: { isReady: false } }),
      databaseAnswers: async () => new Map(),
    });
    const alone = await resultOf(code, facts);
    assert.equal(`${alone.outcome}: ${alone.detail}`, `failed: ${service} is not ready, so nothing can be said`);
    const beside = await resultOf(code, facts, ['services-ready']);
    assert.equal(`${beside.outcome}: ${beside.detail}`, `skipped: ${service} is not ready`);
  }
});

it('a defect that one check tells is not told by another', async () => {
  for (const [code, those] of Object.entries(cases)) {
    for (const { what, facts, outcome } of those) {
      if (outcome !== 'failed') continue;
      const results = await runChecks({
        rows: own,
        probes,
        facts: healthyFacts(facts),
        clock: systemClock,
        signal: new AbortController().signal,
        words: () => hintWords(healthyFacts(facts)),
      });
      const failed = results.filter((result) => result.outcome === 'failed').map((result) => result.code);
      assert.deepEqual(failed, [code], `${code}: ${what}`);
    }
  }
});
