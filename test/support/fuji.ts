import { readFileSync } from 'node:fs';
import { listAssets, readAsset } from '../../src/base/assets.ts';
import { type ConfigTrees, parseConfigTrees } from '../../src/plan/configuration.ts';
import { makePlan, type PlanInput } from '../../src/plan/plan.ts';
import { parseRelease, type Release } from '../../src/plan/release.ts';
import type { Plan } from '../../src/plan/types.ts';

export const releaseFile = 'assets/releases/fuji.yaml';

/** The release as the program has it. */
export function fuji(): Release {
  return parseRelease(releaseFile, readFileSync(releaseFile, 'utf8'));
}

/** Its configuration. */
export function fujiTrees(): ConfigTrees {
  const files = listAssets('releases/fuji/config/').map((path) => [path, readAsset(path)]);
  return parseConfigTrees(Object.fromEntries(files));
}

/** A plan without a cluster, as `render` makes it. */
export function fujiPlan(changes: Partial<PlanInput> = {}): Plan {
  return makePlan({
    release: fuji(),
    trees: fujiTrees(),
    namespace: 'edgex',
    database: 'mongo',
    architecture: 'amd64',
    with: [],
    without: [],
    storage: 'auto',
    overrides: {},
    ...changes,
  });
}
