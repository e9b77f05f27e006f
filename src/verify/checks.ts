import * as z from 'zod';
import { brokenFile, parseAsset } from '../base/asset-yaml.ts';
import { readAsset } from '../base/assets.ts';
import { checkCategories } from './types.ts';

/** What a verification looks at, as data; the fields' meanings stand at the head of assets/checks.yaml. */

const code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/);

const schema = z.strictObject({
  apiVersion: z.literal('edgex-boot/v1'),
  checks: z.array(
    z.strictObject({
      code,
      category: z.enum(checkCategories),
      title: z.string(),
      level: z.enum(['fatal', 'error', 'warning']),
      hint: z.string().optional(),
      when: z.enum(['always', 'installed', 'before', 'mqtt']).default('always'),
      preflight: z.boolean().default(false),
      retry: z.boolean().default(true),
      needs: z.array(code).default([]),
    }),
  ),
});

export type CheckRow = z.infer<typeof schema>['checks'][number];

const asset = 'checks.yaml';

/** The checks that this program knows, in the order in which they are shown. */
export function loadChecks(): readonly CheckRow[] {
  return parseChecks(asset, readAsset(asset));
}

/**
 * Reads a file of checks.
 * @param file its name, for the error
 * @throws BootError `internal` with what is wrong: the file is part of the program.
 */
export function parseChecks(file: string, text: string): readonly CheckRow[] {
  const { checks } = parseAsset(file, text, schema);
  const known = new Set<string>();
  let last = 0;
  for (const { code: name, category, needs } of checks) {
    const place = checkCategories.indexOf(category);
    if (known.has(name)) throw brokenFile(file, `${name}: it is there twice`);
    if (place < last) throw brokenFile(file, `${name}: its category ${category} stands above`);
    // What it needs stands above it, so no two can wait for each other.
    const unknown = needs.find((need) => !known.has(need));
    if (unknown !== undefined) throw brokenFile(file, `${name}: no check ${unknown} stands above it`);
    known.add(name);
    last = place;
  }
  return checks;
}
