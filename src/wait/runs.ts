import type { ContainerState, KubeEvent, Probe } from '../base/kube-types.ts';
import { eventTimeMs } from './kube-events.ts';

/** A run of a container that has ended. */
export type Run = NonNullable<ContainerState['terminated']>;

/** When a run began, in milliseconds since 1970. One that never came to pass began, so it is reported, in 1970. */
export function beganAtMs({ startedAt = '', finishedAt = '' }: Run): number {
  return Date.parse(startedAt) || Date.parse(finishedAt) || 0;
}

/** From the last failed probe to the end: what a process is given to end by itself, and a moment. */
const endingMs = 35_000;
const secondMs = 1_000;
/** Ended from outside, by SIGKILL or SIGTERM. */
const killed: ReadonlySet<number> = new Set([137, 143]);

/**
 * What the kubelet says when it ends a run because of a probe; the run itself only shows that it was killed. The kubelet
 * keeps this to itself once it has told too much about a pod, and a probe that asks every second makes it tell much.
 * Then the run's length gives the start-up probe away, and warnings about the liveness probe that one.
 */
export function probeKill(
  run: Run,
  container: { readonly name: string; readonly startupProbe?: Probe },
  events: readonly KubeEvent[],
): string | undefined {
  const { name, startupProbe } = container;
  const endedMs = Date.parse(run.finishedAt ?? '');
  const told = events
    .filter(({ reason, message }) => reason === 'Killing' && message?.startsWith(`Container ${name} failed`))
    .find((event) => eventTimeMs(event) >= beganAtMs(run) && eventTimeMs(event) <= endedMs + secondMs);
  if (told?.message !== undefined) return told.message;
  const failedProbe = (probe: string): boolean =>
    events.some(({ reason, message }) => reason === 'Unhealthy' && message?.startsWith(`${probe} probe`));
  const patienceMs = patienceOf(startupProbe);
  const lengthMs = endedMs - beganAtMs(run);
  const isStartup = lengthMs >= patienceMs - secondMs && lengthMs <= patienceMs + endingMs;
  if (startupProbe && isStartup && failedProbe('Startup')) return `Container ${name} failed startup probe`;
  return killed.has(run.exitCode) && failedProbe('Liveness') ? `Container ${name} failed liveness probe` : undefined;
}

/** Kubernetes' own defaults. */
function patienceOf({ periodSeconds = 10, failureThreshold = 3 }: Probe = {}): number {
  return periodSeconds * failureThreshold * secondMs;
}
