import { withLease } from '../../apply/lease.ts';
import { systemClock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/types.ts';
import { commonLabels } from '../../plan/labels.ts';
import type { Release } from '../../plan/release.ts';

export interface Exclusive {
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly release: Release;
  /** Names this run among all. */
  readonly runName: string;
  readonly signal: AbortSignal;
  /** The work ends by taking the namespace away, and the lease with it. */
  readonly endsNamespace?: true;
}

/**
 * Does work on an installation that no other run may do at the same time. The namespace must be there.
 * @param work gets a signal that is aborted, too, when another run takes over
 * @throws BootError `locked`; whatever `work` throws
 */
export function exclusively<T>(run: Exclusive, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { kube, namespace, release, runName, signal, endsNamespace } = run;
  const labels = commonLabels(release);
  const lease = { kube, namespace, labels, holder: runName, clock: systemClock, date: () => new Date(), signal };
  return withLease({ ...lease, ...(endsNamespace ? { endsNamespace } : {}) }, work);
}
