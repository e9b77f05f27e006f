import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { renderVerifyJunit } from '../../src/report/verify-junit.ts';
import type { CheckResult, VerifyReport } from '../../src/verify/types.ts';
import { toolsUnsupported, xmllint } from '../support/debian-tools.ts';
import { capture } from '../support/exec.ts';
import { badReport, emptyReport, goodReport, hostileReport } from './verify-reports.ts';

const reports = { goodReport, badReport, emptyReport, hostileReport, unredacted: hostileReport };
const asIs = (text: string): string => text;

const reason = toolsUnsupported();
// In CI a green run always means that it ran.
const skip = reason !== undefined && !process.env.CI ? reason : false;

for (const schema of ['jenkins', 'ant']) {
  test(`it fits the schema of ${schema}`, { skip }, async () => {
    for (const [name, report] of Object.entries(reports)) {
      const text = renderVerifyJunit(report, name === 'unredacted' ? asIs : undefined);
      const { code, stderr } = await validate(schema, text);
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  });

  test(`the schema of ${schema} finds what is wrong`, { skip }, async () => {
    const text = renderVerifyJunit(badReport);
    for (const [right, wrong] of [
      [' failures="0"', ''],
      ['<testcase name=', '<testcase nom='],
      [/<failure [^>]*>/, '<failed>'],
      ['time="0.040"', 'time="soon"'],
    ] as const) {
      const { code } = await validate(schema, text.replace(right, wrong));
      assert.notEqual(code, 0, String(right));
    }
  });
}

async function validate(schema: string, text: string) {
  const { program, env } = await xmllint();
  const file = fileURLToPath(new URL(`junit/${schema}.xsd`, import.meta.url));
  return capture(program, ['--noout', '--nonet', '--schema', file, '-'], { env, input: text });
}

/** How often an element begins. */
function count(text: string, element: string): number {
  return text.split(`<${element}`).length - 1;
}

test('a suite for each category, a test for each check, and the numbers agree', () => {
  const text = renderVerifyJunit(badReport);
  assert.equal(count(text, 'testsuite '), new Set(badReport.checks.map(({ category }) => category)).size);
  assert.equal(count(text, 'testcase'), badReport.checks.length);
  assert.equal(count(text, 'failure'), 2);
  assert.match(text, /<testsuite [^>]*name="services"[^>]* tests="2" failures="1" errors="0" skipped="0"/);
});

test('a failure has finding, evidence and next step', () => {
  const text = renderVerifyJunit(badReport);
  const failure = /<failure type="error" message="([^"]*)">([^<]*)<\/failure>/.exec(text);
  assert.match(failure?.[1] ?? '', /^edgex-device-virtual crashes/);
  assert.match(failure?.[2] ?? '', /\n {4}BackOff: .*\n {4}level=ERROR .*\nNext: Its log says more/);
});

const swap = (report: VerifyReport) => /<testcase name="swap: [^>]*>\s*<(\w+)[^>]*>/.exec(renderVerifyJunit(report));

test('a warning is no failure, and keeps its words', () => {
  const found = swap(goodReport);
  assert.equal(found?.[1], 'skipped');
  assert.match(found?.[0] ?? '', /message="warning: 100 MiB of swap are in use"/);
});

test('warnings are failures where nothing else explains that the verification failed', () => {
  assert.equal(swap({ ...goodReport, verdict: 'failed' })?.[1], 'failure');
  assert.equal(swap(badReport)?.[1], 'skipped');
});

test('what a check found that passed is in the words of its suite', () => {
  const text = renderVerifyJunit(goodReport);
  assert.match(text, /<system-out>[^<]*✓ disk-space: 21 GiB free on \/var\/lib/);
});

test('texts that look like markup come out as they went in', () => {
  const detail = `]]>&<>"'\u0000\u000b\ud800x`;
  const check: CheckResult = {
    code: 'c',
    category: 'data',
    title: 't',
    level: 'error',
    outcome: 'failed',
    detail,
    elapsedMs: 1,
  };
  const text = renderVerifyJunit({ ...goodReport, checks: [check] }, asIs);
  assert.match(text, /message="]]&gt;&amp;&lt;&gt;&quot;&#39;\ufffd\ufffd\ufffdx"/);
});

test('the site is a property of the suites', () => {
  assert.match(renderVerifyJunit(goodReport), /<property name="site" value="Pump 17"\/>/);
  assert.doesNotMatch(renderVerifyJunit(emptyReport), /name="site"/);
});
