import type { ContainerStatus, KubeEvent, Pod } from '../base/kube-types.ts';
import type { Symptom } from './causes.ts';
import { eventsOf, eventTimeMs, isPulling, newestFirst, openWarnings } from './kube-events.ts';
import { isObserved, type ServiceView } from './views.ts';

/** What about a service isn't as it will be when it is ready. Most symptoms belong to any start; causes.yaml knows the others. */
export function symptomsOf(view: ServiceView): readonly Symptom[] {
  return [
    ...symptomsOfDeployment(view),
    ...symptomsOfClaims(view),
    ...symptomsOfPod(view),
    ...symptomsOfEvents(view),
    ...symptomsOfContainers(view),
  ];
}

/** The images that containers of its pod wait for, while they are on their way. */
export function pulledImages(view: ServiceView): readonly string[] {
  return unready(view.pod)
    .filter((status) => status.state?.waiting !== undefined)
    .map((status) => imageOf(view.pod, status))
    .filter((image) => isPulling(podEvents(view), image));
}

function symptomsOfDeployment({ deployment }: ServiceView): readonly Symptom[] {
  const symptom = (reason: string, message?: string): Symptom => ({
    of: 'deployment',
    reason,
    messages: message === undefined ? [] : [message],
  });
  if (!deployment) return [symptom('Absent')];
  if (!isObserved(deployment)) return [symptom('Unobserved')];
  const troubles = (deployment.status?.conditions ?? []).filter(({ type, status }) =>
    type === 'ReplicaFailure' ? status === 'True' : type === 'Progressing' && status !== 'True',
  );
  return [
    ...(deployment.spec.replicas === 0 ? [symptom('ScaledToZero')] : []),
    ...troubles.map(({ reason = '', message }) => symptom(reason, message)),
  ];
}

/** A claim matters as long as its pod has no node. Whether it is bound is the newest that its events say. */
function symptomsOfClaims({ claims, events, pod }: ServiceView): readonly Symptom[] {
  if (isScheduled(pod)) return [];
  return claims.flatMap((claim): Symptom[] => {
    const [newest] = newestFirst(eventsOf(events, 'PersistentVolumeClaim', claim));
    return newest ? [{ of: 'claim', reason: newest.reason ?? '', messages: [newest.message ?? ''], claim }] : [];
  });
}

function isScheduled(pod: Pod | undefined): boolean {
  return pod?.status.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True') ?? false;
}

function symptomsOfPod({ pod, leaving, ended }: ServiceView): readonly Symptom[] {
  const symptom = (reason: string, message?: string): Symptom => ({
    of: 'pod',
    reason,
    messages: message ? [message] : [],
  });
  const ownWords = ({ status }: Pod): Symptom[] => (status.reason ? [symptom(status.reason, status.message)] : []);
  if (!pod) {
    return [...ended.slice(0, 1).flatMap(ownWords), ...(leaving.length > 0 ? [symptom('Terminating')] : [])];
  }
  const unscheduled = pod.status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return [...ownWords(pod), ...(unscheduled ? [symptom(unscheduled.reason ?? '', unscheduled.message)] : [])];
}

function symptomsOfEvents(view: ServiceView): readonly Symptom[] {
  const [main] = view.pod?.status.containerStatuses ?? [];
  return openWarnings(podEvents(view)).map(({ reason = '', message = '' }) => ({
    of: 'event',
    reason,
    messages: [message],
    ...(main ? { container: main.name, restarts: main.restartCount } : {}),
  }));
}

function symptomsOfContainers(view: ServiceView): readonly Symptom[] {
  const events = podEvents(view);
  return unready(view.pod).flatMap((status): Symptom[] => {
    const image = imageOf(view.pod, status);
    const { waiting, running } = status.state ?? {};
    // Only its next failure tells whether what the status still reports has passed.
    if (waiting && isPulling(events, image)) return [];
    const last = status.state?.terminated ?? status.lastState?.terminated;
    const messages = [
      last?.message,
      waiting?.message,
      ...pullFailures(events, image),
      ...(last ? probeKills(events, status.name, last) : []),
    ];
    return [
      {
        of: 'container',
        reason: waiting?.reason ?? (running ? (status.started === false ? 'Starting' : 'Running') : 'Terminated'),
        messages: messages.filter((message): message is string => Boolean(message)),
        container: status.name,
        image,
        restarts: status.restartCount,
        ...(last ? { ended: last.reason ?? '', exitCode: last.exitCode, beganAtMs: beganAtMs(last) } : {}),
      },
    ];
  });
}

type Run = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** A run that didn't come to pass began, so it is reported, in 1970. */
function beganAtMs({ startedAt = '', finishedAt = '' }: Run): number {
  return Date.parse(startedAt) || Date.parse(finishedAt) || 0;
}

/** Why an image didn't come. Older kubelets say it in their events only. */
function pullFailures(events: readonly KubeEvent[], image: string): readonly string[] {
  const about = events.filter(({ type, message = '' }) => type === 'Warning' && message.includes(`"${image}"`));
  return newestFirst(about).map(({ message = '' }) => message);
}

const secondMs = 1_000;

/** What the kubelet said when it ended a run because of a probe: the run itself only shows that it was killed. */
function probeKills(events: readonly KubeEvent[], container: string, run: Run): readonly string[] {
  const endedMs = Date.parse(run.finishedAt ?? '');
  return events
    .filter((event) => event.reason === 'Killing' && event.message?.startsWith(`Container ${container} failed`))
    .filter((event) => eventTimeMs(event) >= beganAtMs(run) && eventTimeMs(event) <= endedMs + secondMs)
    .map(({ message = '' }) => message);
}

/** A pod that can't end holds up the next one, so then its events count. */
function podEvents({ events, pod, leaving: [leaving] }: ServiceView): readonly KubeEvent[] {
  const name = (pod ?? leaving)?.metadata.name;
  return name === undefined ? [] : eventsOf(events, 'Pod', name);
}

/** Init containers are ready when they have done their work. */
function unready(pod: Pod | undefined): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  return [...initContainerStatuses, ...containerStatuses].filter(({ ready }) => !ready);
}

/** As the pod asks for it; the status has it in the runtime's own form. */
function imageOf(pod: Pod | undefined, { name, image }: ContainerStatus): string {
  const { initContainers = [], containers = [] } = pod?.spec ?? {};
  return [...initContainers, ...containers].find((container) => container.name === name)?.image ?? image;
}
