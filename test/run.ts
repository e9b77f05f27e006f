import { glob } from 'node:fs/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { labDown, labStatus, labUp } from './lab/lab.ts';
import { labSupported } from './lab/supported.ts';
import { runInherited } from './support/exec.ts';

/**
 * `npm test`: builds the binary, starts the lab where it can run, and runs every test. Unit tests run beside each
 * other; lab tests share one small machine, so they run one after another. A lab that was down before is taken down
 * again. The last line counts.
 */

const labSuffix = '.lab.test.ts';
const testTimeoutMs = 40 * 60_000;

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

async function runTests(files: readonly string[], concurrency: number, tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const stream = run({ files: [...files], concurrency, timeout: testTimeoutMs });
  stream.on('test:pass', ({ details, skip }) => {
    if (details.type === 'suite') return;
    if (skip === undefined || skip === false) tally.passed++;
    else tally.skipped++;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') tally.failed++;
  });
  const output = stream.compose(spec());
  output.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => output.on('end', resolve).on('error', reject));
}

const chosen = process.argv.slice(2);
const files = (chosen.length > 0 ? chosen : await Array.fromAsync(glob('test/**/*.test.ts'))).toSorted();
const labFiles = files.filter((file) => file.endsWith(labSuffix));
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };

await runInherited(process.execPath, ['build/build.ts']);
const reason = labSupported();
const needsLab = labFiles.length > 0 && reason === undefined;
const startsLab = needsLab && labStatus().state === 'down';
if (needsLab) await labUp();
await runTests(
  files.filter((file) => !file.endsWith(labSuffix)),
  2,
  tally,
);
await runTests(labFiles, 1, tally);
if (startsLab) await labDown();
if (reason !== undefined) console.log(`The lab could not run here: ${reason}.`);
console.log(`${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
