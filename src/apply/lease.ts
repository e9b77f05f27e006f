import { BootError, isBootError } from '../base/errors.ts';
import { type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';

/**
 * A Lease keeps two runs from changing one installation at the same time. No clock is compared with another machine's: a
 * holder lives as long as its Lease is seen to change, as in Kubernetes' own leader election. Every write of it names
 * the version that it replaces, so of two that want it one gets it.
 */

const leaseName = 'edgex-boot';
/** What a holder is given to show that it lives; a run that was killed is in the way for as long. */
const leaseMs = 15_000;
/** What others announce may be anything; nobody is waited for longer. */
const maxLeaseMs = 30_000;
const renewMs = 5_000;
const lookMs = 1_000;

/** coordination.k8s.io/v1 Lease, as far as it is used. */
interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

export interface LeaseContext {
  readonly kube: Pick<KubeClient, 'get' | 'create' | 'patch'>;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names this run among all; people read it: `pi4, process 1234 (3f9c)`. */
  readonly holder: string;
  readonly clock: Clock;
  /** What the Lease says for people to read; nothing depends on it. */
  readonly date: () => Date;
  readonly signal: AbortSignal;
  /** The work ends by taking the namespace away: that the Lease is gone is no loss then. */
  readonly endsNamespace?: true;
}

/**
 * Does work that no other run may do at the same time.
 * @param work gets a signal that is aborted when the Lease is lost, as to a run that found this one asleep for long
 * @throws BootError `locked` when another run holds the Lease, or has taken it over; whatever `work` throws
 */
export async function withLease<T>(context: LeaseContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const held = await acquire(context);
  const lost = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([context.signal, lost.signal]);
  const renewing = keep(held, context, done.signal, (error) => lost.abort(error));
  try {
    return await work(signal);
  } catch (error) {
    if (lost.signal.aborted) throw lost.signal.reason;
    throw error;
  } finally {
    done.abort();
    const last = await renewing;
    if (last) await release(last, context);
  }
}

/** Waits only for a holder that shows no sign of life. */
async function acquire(context: LeaseContext): Promise<Lease> {
  const { kube, holder, clock, signal } = context;
  let seen: { readonly version: string | undefined; readonly sinceMs: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const live = (await kube.get(leaseRef(context.namespace))) as Lease | undefined;
    const version = live?.metadata.resourceVersion;
    const owner = live?.spec?.holderIdentity;
    // The answer to our own write may have been lost.
    if (live && owner === holder) return live;
    if (owner && seen && seen.version !== version) throw locked(live, context);
    seen ??= { version, sinceMs: clock.now() };
    if (!owner || clock.now() - seen.sinceMs >= durationMs(live)) {
      const taken = await take(live, context);
      if (taken) return taken;
      seen = undefined;
    }
    await clock.sleep(lookMs, signal);
  }
}

/** @returns undefined when somebody else was quicker, or the answer was lost; the next look tells */
async function take(live: Lease | undefined, context: LeaseContext): Promise<Lease | undefined> {
  const { kube, holder, labels, namespace } = context;
  const now = microTime(context);
  const spec = {
    holderIdentity: holder,
    leaseDurationSeconds: leaseMs / 1000,
    acquireTime: now,
    renewTime: now,
  };
  try {
    if (live) return await patchLease(live, spec, context);
    const metadata = { name: leaseName, namespace, labels };
    return (await kube.create({ ...leaseRef(context.namespace), metadata, spec })) as Lease;
  } catch (error) {
    if (hasStatus(error, 409)) return undefined;
    const found = (await kube.get(leaseRef(context.namespace))) as Lease | undefined;
    if (found?.spec?.holderIdentity === holder) return found;
    throw error;
  }
}

/**
 * Renews until it is told to stop. A server that can't be reached is no loss: nobody else reaches it either.
 * @returns the Lease as it was last written, undefined when there is none to give back
 */
async function keep(
  held: Lease,
  context: LeaseContext,
  done: AbortSignal,
  tellLost: (error: BootError) => void,
): Promise<Lease | undefined> {
  let lease = held;
  while (!done.aborted) {
    await context.clock.sleep(renewMs, done).catch(() => undefined);
    if (done.aborted) break;
    try {
      lease = await patchLease(lease, { renewTime: microTime(context) }, context);
    } catch (error) {
      if (hasStatus(error, 404) && context.endsNamespace) return undefined;
      if (!hasStatus(error, 409) && !hasStatus(error, 404)) continue;
      const live = (await context.kube.get(leaseRef(context.namespace)).catch(() => lease)) as Lease | undefined;
      if (live?.spec?.holderIdentity !== context.holder) {
        tellLost(takenOver(live, context));
        return undefined;
      }
      lease = live;
    }
  }
  return lease;
}

/** What can't be given back now is free by itself soon. */
async function release(lease: Lease, context: LeaseContext): Promise<void> {
  try {
    await patchLease(lease, { holderIdentity: null }, context);
  } catch (error) {
    if (!isBootError(error)) throw error;
  }
}

async function patchLease(lease: Lease, spec: object, { kube }: LeaseContext): Promise<Lease> {
  const { resourceVersion } = lease.metadata;
  return (await kube.patch(refOf(lease), { metadata: { resourceVersion }, spec })) as Lease;
}

/** The Lease of an installation. */
export function leaseRef(namespace: string): ObjectRef {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: leaseName, namespace };
}

function durationMs(lease: Lease | undefined): number {
  return Math.min((lease?.spec?.leaseDurationSeconds ?? 0) * 1000, maxLeaseMs);
}

/** meta/v1 MicroTime takes six digits, no more and no fewer. */
function microTime({ date }: LeaseContext): string {
  return date().toISOString().replace('Z', '000Z');
}

function locked(lease: Lease | undefined, context: LeaseContext): BootError {
  return new BootError({
    exit: 'locked',
    object: `lease/${leaseName} in namespace ${context.namespace}`,
    cause: `another run works on this installation: ${holderOf(lease)}`,
    hint: `Wait until it has ended, and run this again. Should it have been killed, its lock ends ${maxLeaseMs / 1000} s later by itself.`,
  });
}

function takenOver(lease: Lease | undefined, context: LeaseContext): BootError {
  return new BootError({
    exit: 'locked',
    object: `lease/${leaseName} in namespace ${context.namespace}`,
    cause: lease
      ? `this run was silent for too long, and another one has taken over: ${holderOf(lease)}`
      : 'somebody has deleted it, so another run may be at work',
    hint: 'Nothing more was written. Wait until the other run has ended, and run this again.',
  });
}

function holderOf({ spec }: Partial<Lease> = {}): string {
  return `${spec?.holderIdentity ?? 'nobody'}${spec?.acquireTime ? `, since ${spec.acquireTime.slice(0, 19)} UTC by its clock` : ''}`;
}
