import type { VerifyReport } from '../verify/types.ts';
import { createRedactor, type Redact } from './redact.ts';
import { redactReport } from './verify-words.ts';

/** What the document is, as its schema says it too. Another shape gets another apiVersion. */
export const verifyDocument = { apiVersion: 'edgex-boot/v1', kind: 'VerifyReport' } as const;

/** For programs: everything, as one JSON document. docs/verify.schema.json describes it. */
export function renderVerifyJson(report: VerifyReport, redact: Redact = createRedactor()): string {
  return `${JSON.stringify({ ...verifyDocument, ...redactReport(report, redact) }, null, 2)}\n`;
}
