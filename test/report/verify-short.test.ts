import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { renderVerifyShort } from '../../src/report/verify-short.ts';
import type { CheckResult } from '../../src/verify/types.ts';
import { badReport, emptyReport, goodReport, hostileReport } from './verify-reports.ts';

test('the verdict stands first, then where and when, and the versions last', () => {
  assert.equal(
    renderVerifyShort({ ...goodReport, checks: goodReport.checks.filter(({ code }) => code !== 'swap') }),
    `✓ Passed: 14 of 14 checks passed, 1 skipped
Pump 17, raspberrypi-7, namespace edgex, 2026-11-24 18:17:13 UTC
EdgeX Foundry Fuji 1.1.0, edgex-boot 0.1.0, k3s v1.34.4+k3s1
`,
  );
});

test('each problem has its code, its finding and the next step; warnings come after failures', () => {
  const lines = renderVerifyShort(badReport).split('\n');
  assert.equal(lines[0], '✗ Failed: 2 of 14 checks failed, 1 warning, 2 skipped');
  assert.match(lines[2] ?? '', /^✗ services-ready: edgex-device-virtual crashes .* → Its log says more: /);
  assert.match(lines[3] ?? '', /^✗ events-arrive: 2 in 40\.0 s/);
  assert.match(lines[4] ?? '', /^! swap: /);
  assert.equal(lines.length, 7);
});

test('nothing that passed or was skipped is told', () => {
  assert.doesNotMatch(renderVerifyShort(badReport), /consul-leader|command-round-trip/);
});

test('a cluster that did not answer has no version', () => {
  assert.match(renderVerifyShort(emptyReport), /\nEdgeX Foundry Fuji 1\.1\.0, edgex-boot 0\.1\.0\n$/);
});

test('it fits a message, and counts what it leaves out', () => {
  const [check] = badReport.checks.filter(({ code }) => code === 'services-ready');
  assert.ok(check);
  for (const many of [1, 3, 4, 5, 6, 60, 600]) {
    const checks = Array.from({ length: many }, (_, index): CheckResult => ({ ...check, code: `code-${index}` }));
    const text = renderVerifyShort({ ...badReport, checks });
    assert.ok(text.length <= 1000, `${text.length} characters`);
    const told = text.split('\n').filter((line) => line.startsWith('✗ code-')).length;
    const left = Number(/… and (\d+) more/.exec(text)?.[1] ?? 0);
    assert.equal(told + left, many);
    assert.ok(told > 0);
  }
});

test('whatever a text holds, each problem stays one line and the message short', () => {
  const text = renderVerifyShort(hostileReport, (part) => part);
  assert.ok(text.length <= 1000, `${text.length} characters`);
  assert.ok(text.split('\n').length <= 8);
});

test('secrets are taken out before a line is cut', () => {
  const [check] = badReport.checks;
  assert.ok(check);
  const detail = `${'x'.repeat(230)} hunter2hunter2`;
  const text = renderVerifyShort(
    { ...badReport, checks: [{ ...check, outcome: 'failed', detail }] },
    createRedactor(['hunter2hunter2']),
  );
  assert.doesNotMatch(text, /hunt/);
});
