import type { PlanInput } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { clusterFacts, installedFacts, noStorage } from './facts.ts';
import { fujiPlan } from './fuji.ts';

/** A plan for a cluster of one node, with local volumes. */
export function localPlan(changes: Partial<PlanInput> = {}): Plan {
  const facts = { cluster: clusterFacts({ name: 'node1' }), storage: noStorage, installed: installedFacts('edgex') };
  return fujiPlan({ facts, ...changes });
}
