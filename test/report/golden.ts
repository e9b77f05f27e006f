import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Holds a text equal to the file of this name in test/golden/report. `UPDATE=1` writes the file anew. */
export function assertGolden(name: string, text: string): void {
  const file = new URL(`../golden/report/${name}.txt`, import.meta.url);
  if (process.env.UPDATE) writeFileSync(file, text);
  assert.ok(existsSync(file), `${name}.txt is missing; UPDATE=1 writes it`);
  assert.equal(text, readFileSync(file, 'utf8'));
}
