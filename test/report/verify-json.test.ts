import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { createRedactor } from '../../src/report/redact.ts';
import { renderVerifyJson, verifyDocument } from '../../src/report/verify-json.ts';
import { verifyReportSchema } from '../../src/report/verify-schema.ts';
import type { VerifyReport } from '../../src/verify/types.ts';
import { badReport, emptyReport, goodReport, hostileReport } from './verify-reports.ts';

const reports = { goodReport, badReport, emptyReport, hostileReport };
const file = new URL('../../docs/verify.schema.json', import.meta.url);

/** The schema's own type and the report's; they are one when each can stand for the other. */
type Described = Omit<z.output<typeof verifyReportSchema>, keyof typeof verifyDocument>;
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type WithoutUndefined<T> = T extends readonly (infer Item)[]
  ? readonly WithoutUndefined<Item>[]
  : T extends object
    ? { [Key in keyof T]: WithoutUndefined<Exclude<T[Key], undefined>> }
    : T;
const asReport = (described: WithoutUndefined<DeepReadonly<Described>>): VerifyReport => described;
const asDescribed = (report: VerifyReport): DeepReadonly<Described> => report;

const schemaText = `${JSON.stringify(z.toJSONSchema(verifyReportSchema), null, 2)}\n`;
if (process.env.UPDATE) writeFileSync(file, schemaText);
const published = z.fromJSONSchema(JSON.parse(readFileSync(file, 'utf8')));

test('the types of the schema and of the report are the same', () => {
  assert.equal(asReport(goodReport), asDescribed(goodReport));
});

test('docs/verify.schema.json is what the code says (UPDATE=1 writes it)', () => {
  assert.equal(readFileSync(file, 'utf8'), schemaText);
});

for (const [name, report] of Object.entries(reports)) {
  test(`the JSON of ${name} fits the published schema`, () => {
    const document: unknown = JSON.parse(renderVerifyJson(report));
    assert.deepEqual(published.safeParse(document).error?.issues ?? [], []);
  });
}

test('the published schema finds what is missing, foreign or of another kind', () => {
  const document = { ...verifyDocument, ...goodReport };
  const { verdict: _, ...missing } = document;
  for (const [what, wrong] of Object.entries({
    missing,
    foreign: { ...document, password: 'x' },
    kind: { ...document, elapsedMs: '12' },
    word: { ...document, verdict: 'maybe' },
    deep: { ...document, checks: [{ ...goodReport.checks[0], outcome: 'fine' }] },
  })) {
    assert.equal(published.safeParse(wrong).success, false, what);
  }
});

test('a report comes out of its JSON as it went in', () => {
  assert.deepEqual(JSON.parse(renderVerifyJson(badReport)), { ...verifyDocument, ...badReport });
});

test('secrets are taken out of every text, and words that programs go by stay', () => {
  const secret = 'passed';
  const text = renderVerifyJson({ ...goodReport, namespace: 'token=hunter2' }, createRedactor([secret]));
  const document = JSON.parse(text);
  assert.equal(document.verdict, 'passed');
  assert.equal(document.namespace, 'token=[redacted]');
  assert.doesNotMatch(text, /hunter2/);
});

test('a key that goes over several lines of evidence is taken out as a whole', () => {
  const evidence = ['before', '-----BEGIN PRIVATE KEY-----', 'MIIEvQ', '-----END PRIVATE KEY-----', 'after'];
  const [check] = goodReport.checks;
  assert.ok(check);
  const { checks } = JSON.parse(renderVerifyJson({ ...goodReport, checks: [{ ...check, evidence }] }));
  assert.deepEqual(checks[0].evidence, ['before', '[redacted]', 'after']);
});
