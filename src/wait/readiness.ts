import { type Cause, type Finding, findCause } from './causes.ts';
import { pulledImages, symptomsOf } from './symptoms.ts';
import { isObserved, type ServiceView } from './views.ts';

/** Where a service stands, as far as a single look tells. `suspect`: it shows a cause that, when it lasts, is its failure. */
export type Readiness =
  | { readonly state: 'waiting' }
  /** The finding is one that may well pass. */
  | { readonly state: 'starting'; readonly finding?: Finding }
  | { readonly state: 'pulling'; readonly images: readonly string[] }
  /** Since when, by the node's clock, in milliseconds since 1970. */
  | { readonly state: 'ready'; readonly sinceMs: number }
  | { readonly state: 'suspect'; readonly finding: Finding };

/** Judges one look at a service, without its past and without those that it needs; see judge.ts for both. */
export function readiness(view: ServiceView, causes: readonly Cause[]): Readiness {
  const sinceMs = readySinceMs(view);
  if (sinceMs !== undefined) return { state: 'ready', sinceMs };
  const finding = findCause(causes, symptomsOf(view));
  if (finding?.cause.terminal) return { state: 'suspect', finding };
  if (view.isAtGates) return { state: 'waiting' };
  const images = pulledImages(view);
  if (images.length > 0) return { state: 'pulling', images };
  return { state: 'starting', ...(finding ? { finding } : {}) };
}

/**
 * The rule of kstatus: the present template is taken up, every replica is of it, none of an earlier one is left, and all
 * are available. The pod itself must say so too, since the Deployment's status comes a moment later.
 */
function readySinceMs({ deployment, pod }: ServiceView): number | undefined {
  if (!deployment || !isObserved(deployment)) return undefined;
  const wanted = deployment.spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  if (wanted === 0 || updatedReplicas < wanted || replicas > updatedReplicas || availableReplicas < wanted)
    return undefined;
  const ready = pod?.status.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  return ready ? Date.parse(ready.lastTransitionTime ?? '') || 0 : undefined;
}
