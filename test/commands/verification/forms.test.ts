import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BootError } from '../../../src/base/errors.ts';
import { formOfFile, writeReports } from '../../../src/commands/verification/forms.ts';
import type { VerifyReport } from '../../../src/verify/types.ts';

it('a report takes the form that the ending of its file says', () => {
  const files = ['a.html', 'a.XML', '/x/a.json', 'a.txt'];
  assert.deepEqual(files.map(formOfFile), ['html', 'junit', 'json', 'short']);
});

it('another ending is refused, and a file that cannot be written is told', () => {
  const isUsage = (words: RegExp) => (error: unknown) =>
    error instanceof BootError &&
    error.details.exit === 'usage' &&
    words.test(`${error.details.object}: ${error.details.cause}`);
  assert.throws(() => formOfFile('a.pdf'), isUsage(/^--report a\.pdf: its ending says nothing/));
  const report = { checks: [], services: [], timelines: [], machine: {}, release: {} } as unknown as VerifyReport;
  const write = () => writeReports(['/nowhere/a.json'], report, (text) => text);
  assert.throws(write, isUsage(/it can't be written: ENOENT: no such file or directory$/));
});
