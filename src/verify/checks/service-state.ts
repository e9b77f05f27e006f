import { formatDuration } from '../../base/time.ts';
import type { Answer, ServiceFacts } from '../facts.ts';
import { containerOf } from '../pods.ts';

/** A process that runs for less may only be starting. */
const startMs = 15_000;

/**
 * Where a service stands. Each defect has its own check, so that one that is known is told once: what is stopped isn't
 * also not ready, and nobody is asked who can't answer.
 */
export type ServiceState =
  | 'absent' // it has no Deployment
  | 'stopped' // scaled to 0
  | 'ready'
  | 'hung' // its process runs, and answers nobody
  | 'without users' // a database that runs, and isn't ready, since its users are missing
  | 'not ready';

/** @param nowMs by the nodes' clocks, in milliseconds since 1970 */
export function stateOf(service: ServiceFacts, answer: Answer | undefined, nowMs: number): ServiceState {
  const { deployment, isReady, planned } = service;
  if (!deployment) return 'absent';
  if (deployment.spec.replicas === 0) return 'stopped';
  const isSilent = answer !== undefined && !isGood(answer);
  const runs = hasStarted(service) && (runningMs(service, nowMs) ?? 0) >= startMs;
  if (isReady) return isSilent ? 'hung' : 'ready';
  if (runs && planned.row.users !== undefined) return 'without users';
  return runs && isSilent ? 'hung' : 'not ready';
}

/** False while its start-up probe hasn't passed: it may take its time, as a database that recovers does. */
function hasStarted({ pod }: ServiceFacts): boolean {
  return !pod || containerOf(pod)?.started !== false;
}

/** How long its process has been running; undefined when it isn't. */
export function runningMs({ pod }: ServiceFacts, nowMs: number): number | undefined {
  const startedAt = pod && containerOf(pod)?.state?.running?.startedAt;
  return startedAt === undefined ? undefined : nowMs - Date.parse(startedAt);
}

export function isGood(answer: Answer): boolean {
  return 'status' in answer && answer.status === 200;
}

/** `answers 500, no leader`, or why there is no answer. */
export function wordsOf(answer: Answer): string {
  if ('silence' in answer) return answer.silence;
  const line = answer.body.trim().split('\n', 1)[0]?.slice(0, 200);
  return line ? `answers ${answer.status}, ${line}` : `answers ${answer.status}`;
}

/** `its process has been running for 3 min`. */
export function describeRun(service: ServiceFacts, nowMs: number): string {
  const ms = runningMs(service, nowMs);
  return ms === undefined ? 'its process runs' : `its process has been running for ${formatDuration(ms)}`;
}
