import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { capture } from '../support/exec.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

/** What a run ends with while code that nobody waits for does this, a moment after the start. */
function runWith(code: string) {
  const fault = `data:text/javascript,setTimeout(() => { ${code} }, 500)`;
  return capture(process.execPath, ['--import', fault, main, '--version'], { env: {} });
}

const faults: readonly (readonly [string, string])[] = [
  ['an exception', "throw new Error('canary')"],
  ['a rejection', "Promise.reject(new Error('canary'))"],
];
for (const [what, code] of faults) {
  test(`${what} that nobody caught is told as a fault of the program, without its words`, async () => {
    const result = await runWith(code);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /^error: edgex-boot: a fault of the program: Error\n/);
    assert.ok(!`${result.stdout}${result.stderr}`.includes('canary'));
  });
}
