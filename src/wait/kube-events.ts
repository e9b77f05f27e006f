import type { KubeEvent } from '../base/kube-types.ts';

/** When an event happened last, by the cluster's clock, in milliseconds since 1970. */
export function eventTimeMs({ lastTimestamp, eventTime, metadata }: KubeEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}

/** The events, newest first; those of the same second as they come. */
export function newestFirst(events: readonly KubeEvent[]): readonly KubeEvent[] {
  return events.toSorted((a, b) => eventTimeMs(b) - eventTimeMs(a));
}

/** The events about one object. */
export function eventsOf(events: readonly KubeEvent[], kind: string, name: string): readonly KubeEvent[] {
  return events.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name);
}

/** What a pod's events say once it has got beyond its volumes, its network and its image. */
const progress: ReadonlySet<string> = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

/**
 * The warnings, newest first, that no progress has overtaken. Events have whole seconds: in one second progress wins.
 * @param progressMs when the pod is known to have got on, whatever its events say
 */
export function openWarnings(events: readonly KubeEvent[], progressMs: number): readonly KubeEvent[] {
  const told = events.filter(({ reason = '' }) => progress.has(reason)).map(eventTimeMs);
  const sinceMs = Math.max(progressMs, ...told);
  return newestFirst(events.filter((event) => event.type === 'Warning' && eventTimeMs(event) > sinceMs));
}

/** A kubelet tells so many events about a pod, and then one every 5 minutes. */
const toldEvents = 25;

/**
 * True while an image is on its way: of all that the pod's events say of it, the newest is that it is being pulled. A
 * container's own status keeps the last failure while the kubelet tries again. False where events may be missing.
 */
export function isPulling(events: readonly KubeEvent[], image: string): boolean {
  if (events.reduce((sum, { count }) => sum + (count ?? 1), 0) >= toldEvents) return false;
  const about = events.filter(({ message = '' }) => message.includes(`"${image}"`));
  const newestMs = Math.max(0, ...about.map(eventTimeMs));
  const newest = about.filter((event) => eventTimeMs(event) === newestMs);
  return newest.length > 0 && newest.every(({ reason }) => reason === 'Pulling');
}
