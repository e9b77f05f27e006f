import type { ContainerStatus, KubeEvent, Pod } from '../base/kube-types.ts';
import type { Symptom } from './causes.ts';
import { eventsOf, isPulling, newestFirst, openWarnings } from './kube-events.ts';
import { beganAtMs, probeKill } from './runs.ts';
import { isObserved, type ServiceView } from './views.ts';

/**
 * What about a service isn't as it will be when it is ready. Most symptoms belong to any start; causes.yaml knows the
 * others. What a status says goes before what events say: the kubelet may keep events to itself.
 */
export function symptomsOf(view: ServiceView): readonly Symptom[] {
  return [...symptomsOfDeployment(view), ...symptomsOfStart(view)];
}

/** The same of its pod alone. */
export function symptomsOfStart(view: ServiceView): readonly Symptom[] {
  return [...symptomsOfClaims(view), ...symptomsOfPod(view), ...symptomsOfEvents(view), ...symptomsOfContainers(view)];
}

/** The images that containers of its pod wait for, while they are on their way. */
export function pulledImages(view: ServiceView): readonly string[] {
  return unready(view.pod)
    .filter(({ state }) => state?.waiting !== undefined)
    .map((status) => specOf(view.pod, status).image)
    .filter((image) => isPulling(podEvents(view), image));
}

function symptomsOfDeployment({ deployment }: ServiceView): readonly Symptom[] {
  const symptom = (reason: string, message?: string): Symptom => ({ of: 'deployment', reason, ...said(message) });
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

/**
 * A claim matters as long as its pod has no node. Whether it gets its volume is the newest that its events say; that the
 * controller waits for the provisioner counts only as long as that one has said nothing itself.
 */
function symptomsOfClaims({ claims, events, pod }: ServiceView): readonly Symptom[] {
  if (pod?.status.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True')) return [];
  return claims.flatMap((claim): Symptom[] => {
    const ordered = newestFirst(eventsOf(events, 'PersistentVolumeClaim', claim));
    const newest = ordered.find(({ reason = '' }) => provisioned.has(reason)) ?? ordered[0];
    return newest ? [{ of: 'claim', reason: newest.reason ?? '', ...said(newest.message), claim }] : [];
  });
}

/** The words of provisioners themselves. */
const provisioned: ReadonlySet<string> = new Set(['Provisioning', 'ProvisioningFailed', 'ProvisioningSucceeded']);

function symptomsOfPod({ pod, leaving, ended }: ServiceView): readonly Symptom[] {
  const symptom = (reason: string, message?: string): Symptom => ({ of: 'pod', reason, ...said(message) });
  const ownWords = ({ status }: Pod): Symptom[] => (status.reason ? [symptom(status.reason, status.message)] : []);
  if (!pod) {
    return [...ended.slice(0, 1).flatMap(ownWords), ...(leaving.length > 0 ? [symptom('Terminating')] : [])];
  }
  const unscheduled = pod.status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return [...ownWords(pod), ...(unscheduled ? [symptom(unscheduled.reason ?? '', unscheduled.message)] : [])];
}

function symptomsOfEvents(view: ServiceView): readonly Symptom[] {
  const { initContainerStatuses = [], containerStatuses = [] } = view.pod?.status ?? {};
  const starts = [...initContainerStatuses, ...containerStatuses].map(({ state }) =>
    Date.parse(state?.running?.startedAt ?? state?.terminated?.startedAt ?? ''),
  );
  const progressMs = Math.max(0, ...starts.filter((ms) => ms > 0));
  return openWarnings(podEvents(view), progressMs).map(({ reason = '', message }) => ({
    of: 'event',
    reason,
    ...said(message),
  }));
}

function symptomsOfContainers(view: ServiceView): readonly Symptom[] {
  const events = podEvents(view);
  return unready(view.pod).flatMap((status): Symptom[] => {
    const spec = specOf(view.pod, status);
    const { waiting, running } = status.state ?? {};
    // What the status still reports may have passed: the next try tells.
    if (waiting && isPulling(events, spec.image)) return [];
    const symptom = {
      of: 'container',
      container: spec.name,
      image: spec.image,
      restarts: status.restartCount,
    } as const;
    if (running && status.started !== false) {
      return [{ ...symptom, reason: 'Running', ...said(...about(events, 'Unhealthy', 'Readiness probe')) }];
    }
    const last = status.state?.terminated ?? status.lastState?.terminated;
    return [
      {
        ...symptom,
        reason: waiting?.reason ?? (running ? 'Starting' : 'Terminated'),
        ...said(
          last?.message,
          waiting?.message,
          // Older kubelets say in their events only why an image didn't come.
          ...about(events, 'Failed', `"${spec.image}"`),
          last && probeKill(last, spec, events),
        ),
        ...(last ? { ended: last.reason ?? '', exitCode: last.exitCode, beganAtMs: beganAtMs(last) } : {}),
      },
    ];
  });
}

/** What events of this reason say that names something, newest first. */
function about(events: readonly KubeEvent[], reason: string, name: string): readonly string[] {
  const messages = newestFirst(events.filter((event) => event.reason === reason)).map(({ message = '' }) => message);
  return messages.filter((message) => message.includes(name));
}

function said(...messages: readonly (string | undefined)[]): { readonly messages: readonly string[] } {
  return { messages: messages.filter((message): message is string => Boolean(message)) };
}

/** A pod that can't end holds up the next one, so then its events count. */
function podEvents({ events, pod, leaving: [leaving] }: ServiceView): readonly KubeEvent[] {
  const name = (pod ?? leaving)?.metadata.name;
  return name === undefined ? [] : eventsOf(events, 'Pod', name);
}

/** Init containers are ready when they have done their work; one that is at it is as it should be. */
function unready(pod: Pod | undefined): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  const init = initContainerStatuses.filter(({ state }) => state?.running === undefined);
  return [...init, ...containerStatuses].filter(({ ready }) => !ready);
}

/** The container as its pod asks for it; the status has the image's name in the runtime's own form. */
function specOf(pod: Pod | undefined, status: ContainerStatus): Pod['spec']['containers'][number] {
  const { initContainers = [], containers = [] } = pod?.spec ?? {};
  return [...initContainers, ...containers].find(({ name }) => name === status.name) ?? status;
}
