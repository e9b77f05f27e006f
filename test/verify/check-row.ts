import type { CheckRow } from '../../src/verify/checks.ts';

/** A check that has nothing special, but for what is said of it. */
export function checkRow(code: string, changes: Partial<CheckRow> = {}): CheckRow {
  return {
    code,
    category: 'data',
    title: code,
    level: 'error',
    when: 'always',
    preflight: false,
    retry: true,
    needs: [],
    ...changes,
  };
}
