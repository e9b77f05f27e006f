import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { BootError } from '../../base/errors.ts';
import type { Redact } from '../../report/redact.ts';
import { renderVerifyHtml } from '../../report/verify-html.ts';
import { renderVerifyJson } from '../../report/verify-json.ts';
import { renderVerifyJunit } from '../../report/verify-junit.ts';
import { renderVerifyShort } from '../../report/verify-short.ts';
import type { VerifyReport } from '../../verify/types.ts';

/** The forms of a report that are written as a whole, at the end. */
export const forms = {
  short: renderVerifyShort,
  json: renderVerifyJson,
  junit: renderVerifyJunit,
  html: renderVerifyHtml,
} as const satisfies Readonly<Record<string, (report: VerifyReport, redact: Redact) => string>>;

export type Form = keyof typeof forms;

const endings: Readonly<Record<string, Form>> = { '.html': 'html', '.xml': 'junit', '.json': 'json', '.txt': 'short' };

/**
 * The form in which a report goes into a file, by the ending of its name.
 * @throws BootError `usage` for an ending that stands for none
 */
export function formOfFile(file: string): Form {
  const form = endings[extname(file).toLowerCase()];
  if (form) return form;
  throw new BootError({
    exit: 'usage',
    object: `--report ${file}`,
    cause: 'its ending says nothing about the form',
    hint: 'Let it end with .html, .xml (JUnit), .json or .txt (short).',
  });
}

/**
 * Writes a report into files, each in the form of its ending.
 * @throws BootError `usage` for one that can't be written
 */
export function writeReports(files: readonly string[], report: VerifyReport, redact: Redact): void {
  for (const file of files) {
    try {
      writeFileSync(file, forms[formOfFile(file)](report, redact));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new BootError({
        exit: 'usage',
        object: `--report ${file}`,
        cause: `it can't be written: ${message.split(',', 1)[0]}`,
        hint: 'Name a file in a directory that exists and that you may write to.',
      });
    }
  }
}
