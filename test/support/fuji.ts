import { readAsset, readAssets } from '../../src/base/assets.ts';
import { type ConfigTrees, parseConfigTrees } from '../../src/plan/configuration.ts';
import { makePlan, type PlanInput } from '../../src/plan/plan.ts';
import { parseRelease, type Release } from '../../src/plan/release.ts';
import type { Plan } from '../../src/plan/types.ts';

/** The release as the program has it. */
export function fuji(): Release {
  return parseRelease('releases/fuji.yaml', readAsset('releases/fuji.yaml'));
}

/** Its configuration. */
export function fujiTrees(): ConfigTrees {
  return parseConfigTrees(readAssets('releases/fuji/config'));
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
    size: [],
    overrides: {},
    ...changes,
  });
}
