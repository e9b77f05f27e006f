import type { ContainerStatus, KubeEvent } from '../base/kube-types.ts';
import type { Finding } from './causes.ts';
import { newestFirst } from './kube-events.ts';
import type { ServiceView } from './views.ts';
import { cleanMessage } from './words.ts';

const maxWarnings = 3;

/** Warnings that only repeat what is said elsewhere: they come last. */
const repetition = /^(Back-off |Error: (ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$)/;

/** The newest warnings about a service, a line each. Those about pods that are gone are of an earlier start. */
export function warningLines(view: ServiceView): readonly string[] {
  const pods = new Set([view.pod, ...view.leaving, ...view.ended].map((pod) => pod?.metadata.name));
  const warnings = newestFirst(view.events).filter(
    ({ type, involvedObject: { kind, name } }) => type === 'Warning' && (kind !== 'Pod' || pods.has(name)),
  );
  const isTelling = ({ message = '' }: KubeEvent): boolean => !repetition.test(message);
  const ordered = [...warnings.filter(isTelling), ...warnings.filter((warning) => !isTelling(warning))];
  return [...new Set(ordered.map(describeEvent))].slice(0, maxWarnings);
}

function describeEvent({ reason = '', message = '', count = 1 }: KubeEvent): string {
  return `warning ${reason}${count > 1 ? ` (${count} times)` : ''}: ${cleanMessage(message)}`;
}

/** A container whose log tells most. */
export interface LogSource {
  readonly pod: string;
  readonly container: string;
  /** Of its last run, not of the one that is going on. */
  readonly previous: boolean;
}

/**
 * Which log tells why a service isn't ready: of the container that the finding is about, else of the first one that is
 * not done. Undefined while none has run.
 */
export function logSource({ pod }: ServiceView, finding: Finding | undefined): LogSource | undefined {
  if (!pod) return undefined;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status;
  const unready = [...initContainerStatuses, ...containerStatuses].filter(({ ready }) => !ready).filter(hasRun);
  const status = unready.find(({ name }) => name === finding?.symptom.container) ?? unready[0];
  if (!status) return undefined;
  const previous = status.state?.terminated === undefined && status.lastState?.terminated !== undefined;
  return { pod: pod.metadata.name, container: status.name, previous };
}

function hasRun({ state, lastState }: ContainerStatus): boolean {
  return state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined;
}

const maxLength = 400;

/** The lines of a log, without those that are empty, and none longer than a person reads. */
export function logLines(log: string): readonly string[] {
  return log
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .map((line) => (line.length > maxLength ? `${line.slice(0, maxLength)}…` : line));
}
