import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createRedactor } from '../../src/report/redact.ts';
import { renderVerifyHtml } from '../../src/report/verify-html.ts';
import { badReport, emptyReport, goodReport, hostileReport } from './verify-reports.ts';

const reports = { goodReport, badReport, emptyReport, hostileReport };
const asIs = (text: string): string => text;

/** The elements that begin, with their attributes. */
function elementsOf(page: string): readonly string[] {
  return [...page.replace(/<style>[^<]*<\/style>/, '<style>').matchAll(/<([a-z]\w*)[^<>]*>/g)].map(([tag]) => tag);
}

for (const [name, report] of Object.entries(reports)) {
  test(`the page of ${name} loads nothing, runs nothing and has no style but its own`, () => {
    const page = renderVerifyHtml(report, asIs);
    for (const tag of elementsOf(page)) {
      assert.doesNotMatch(tag, /^<(script|img|link|iframe|object|embed|base|form)\b/, tag);
      assert.doesNotMatch(tag.replace(/"[^"]*"/g, '""'), / (on\w+|style|src|srcset)=/, tag);
      assert.doesNotMatch(tag, /href="(?!#check-)/, tag);
    }
    assert.doesNotMatch(page, /url\(|@import/);
  });

  test(`the policy of ${name} allows its style sheet by its digest, and nothing else`, () => {
    const page = renderVerifyHtml(report, asIs);
    const [, css = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
    const digest = createHash('sha256').update(css).digest('base64');
    const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
    assert.ok(page.includes(`content="${policy}"`), policy);
  });

  test(`every element of ${name} that begins ends, in its order`, () => {
    const empty = new Set(['meta']);
    const open: string[] = [];
    const page = renderVerifyHtml(report, asIs).replace(/<style>[^<]*<\/style>/, '');
    for (const [, slash, element = '', selfClosed] of page.matchAll(/<(\/?)([a-z]\w*)(?:"[^"]*"|[^<>"])*?(\/?)>/g)) {
      if (slash) assert.equal(open.pop(), element);
      else if (!selfClosed && !empty.has(element)) open.push(element);
    }
    assert.deepEqual(open, []);
  });
}

test('every check has its place, with finding, evidence and next step', () => {
  const page = renderVerifyHtml(badReport);
  for (const { code, title, detail = '', hint = '', evidence = [] } of badReport.checks) {
    const [, item = ''] = new RegExp(`<li id="check-${code}">(.*?)\n</li>\n`, 's').exec(page) ?? [];
    for (const text of [title, detail, hint, ...evidence]) {
      assert.ok(item.includes(text.replace(/[&<>"']/g, (c) => ({ '"': '&quot;', "'": '&#39;' })[c] ?? c)), text);
    }
  }
});

test('problems stand ahead of everything else, and lead to their checks', () => {
  const page = renderVerifyHtml(badReport);
  const problems = page.slice(page.indexOf('<h2>Problems</h2>'), page.indexOf('<h2>Checks</h2>'));
  const codes = [...problems.matchAll(/href="#check-([^"]*)"/g)].map(([, code]) => code);
  assert.deepEqual(codes, ['services-ready', 'events-arrive', 'swap']);
  for (const code of codes) assert.ok(page.includes(`id="check-${code}"`), code);
});

test('a part that there is nothing to say about is left out', () => {
  const headings = [...renderVerifyHtml(emptyReport).matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, text]) => text);
  assert.deepEqual(headings, ['Problems', 'Checks', 'Handed over']);
});

test('secrets are taken out', () => {
  const page = renderVerifyHtml({ ...goodReport, namespace: 'x-hunter2-y' }, createRedactor(['hunter2']));
  assert.doesNotMatch(page, /hunter2/);
});

test('the same report gives the same page', () => {
  assert.equal(renderVerifyHtml(goodReport), renderVerifyHtml(structuredClone(goodReport)));
});

test('the page is named by the site, and by the machine where that has no name', () => {
  assert.match(renderVerifyHtml(goodReport), /<title>Passed: EdgeX on Pump 17, [\s\S]*<dt>Site<\/dt><dd>Pump 17<\/dd>/);
  const page = renderVerifyHtml(emptyReport);
  assert.match(page, /<title>Failed: EdgeX on raspberrypi-7, /);
  assert.doesNotMatch(page, /<dt>Site/);
});
