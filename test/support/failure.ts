import assert from 'node:assert/strict';
import { type BootErrorDetails, isBootError } from '../../src/base/errors.ts';

/** What work failed with. Fails itself where the work went well, or ended with an error that is not for people. */
export async function failureOf(work: Promise<unknown>): Promise<BootErrorDetails> {
  const error = await work.then(
    () => new Error('it went well'),
    (reason) => reason,
  );
  assert.ok(isBootError(error), String(error));
  return error.details;
}
