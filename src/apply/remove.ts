import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { formatRef, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';
import { describeDeletion, describeRemainders } from '../plan/ownership.ts';

const parallel = 8;
const pollMs = 300;

export interface RemovalContext {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** On the clock. */
  readonly deadlineMs: number;
}

/**
 * Deletes objects, and waits until they are gone. One that is gone already is fine.
 * @throws BootError `timeout` with what holds those that are still there
 */
export async function removeObjects(refs: readonly ObjectRef[], context: RemovalContext): Promise<void> {
  const { kube, signal, emit } = context;
  await mapPool(refs, parallel, async (ref) => {
    signal.throwIfAborted();
    if (await kube.delete(ref)) emit({ type: 'applied', object: formatRef(ref), action: 'deleted' });
  });
  const left = await awaitGone(refs, context);
  if (left.length > 0) throw stillThere(left);
}

/**
 * Waits until a namespace is gone, when it is on its way out: another run, or a person, has deleted it.
 * @throws BootError `timeout` with what holds it
 */
export async function awaitNamespaceGone(name: string, context: RemovalContext): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name };
  const live = await context.kube.get(ref);
  if (live?.metadata.deletionTimestamp === undefined) return;
  context.emit({
    type: 'warning',
    object: `namespace/${name}`,
    message: 'it is being deleted; waiting until it is gone',
  });
  const left = await awaitGone([ref], context);
  if (left.length > 0) throw stillThere(left);
}

/** Waits until objects are gone. @returns those that are there when the deadline passes */
export async function awaitGone(
  refs: readonly ObjectRef[],
  { kube, clock, signal, deadlineMs }: Omit<RemovalContext, 'emit'>,
): Promise<readonly KubeObject[]> {
  let waiting = refs;
  for (;;) {
    signal.throwIfAborted();
    const live = await mapPool(waiting, parallel, (ref) => kube.get(ref));
    waiting = waiting.filter((_, index) => live[index]);
    if (waiting.length === 0 || clock.now() >= deadlineMs) return live.flatMap((object) => object ?? []);
    await clock.sleep(pollMs, signal);
  }
}

function stillThere(left: readonly KubeObject[]): BootError {
  const [first, ...others] = left.map((object) => formatRef(refOf(object)));
  return new BootError({
    exit: 'timeout',
    object: others.length === 0 && first ? first : `${left.length} objects`,
    cause: 'told to go, and still there',
    evidence: left.flatMap((object) => [describeDeletion(object), ...describeRemainders(object)]),
    hint: 'Look at what holds it, and run this again: it goes on where it stopped.',
  });
}
