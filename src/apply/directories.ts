import { BootError, isBootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';
import { commonLabels } from '../plan/labels.ts';
import { directoryPodHint } from '../plan/pod-security.ts';
import type { Directory, Plan } from '../plan/types.ts';

/**
 * Makes the directories that local volumes lead to, with owner and mode, by a pod that runs once on the node: so it
 * works from anywhere, and with an image that the installation needs anyway.
 */

const podName = 'edgex-boot-directories';
const pollMs = 150;
/** How long what keeps the pod from starting may be a passing matter: a registry is tried again within this time. */
const obstacleGraceMs = 60_000;
/** The path under which the pod sees the storage root. */
const mountPath = '/volumes';

export interface DirectoriesContext {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** On the clock; the image may have to be pulled first. */
  readonly deadlineMs: number;
}

/**
 * Runs the pod and takes it away again. Directories that are there keep their content; owner and mode are set anew.
 * @throws BootError `rollout` with the pod's own words, or with what has kept it from starting for a minute; `timeout`
 * with its state.
 */
export async function prepareDirectories(plan: Plan, context: DirectoriesContext): Promise<void> {
  const { storage, directories } = plan;
  if (storage.kind !== 'local' || directories.length === 0) return;
  const { kube, clock, signal } = context;
  const pod = renderPod(plan, storage.root, storage.hostname);
  await createWhenFree(pod, context);
  let startableMs = clock.now();
  try {
    for (;;) {
      const live = (await kube.get(refOf(pod))) as Pod | undefined;
      if (live?.status.phase === 'Succeeded') return;
      if (live?.status.phase === 'Failed') throw await failure(pod, context);
      // Somebody took it away: another run that made its own, or a person who tidied up.
      if (!live) await createWhenFree(pod, context);
      const obstacle = live && obstacleOf(live);
      if (obstacle === undefined) startableMs = clock.now();
      else if (clock.now() - startableMs > obstacleGraceMs) throw unstartable(pod, obstacle);
      if (clock.now() > context.deadlineMs) throw late(pod, live);
      await clock.sleep(pollMs, signal);
    }
  } finally {
    await kube.delete(refOf(pod), { propagation: 'Background' });
  }
}

/**
 * Makes the pod. One that an interrupted run left behind is in the way, and so is our own where the answer to its
 * creation was lost; a pod's name is free some moments after its deletion. A new namespace's account comes late, too.
 */
async function createWhenFree(pod: KubeObject, { kube, clock, signal, deadlineMs }: DirectoriesContext): Promise<void> {
  for (;;) {
    try {
      await kube.create(pod);
      return;
    } catch (error) {
      if (clock.now() > deadlineMs) throw error;
      const occupant = await kube.get(refOf(pod));
      const cause = isBootError(error) ? error.details.cause : '';
      if (cause.includes('violates PodSecurity')) throw disallowed(pod, cause);
      if (!occupant && !cause.includes('serviceaccount')) throw error;
      if (occupant && occupant.metadata.deletionTimestamp === undefined) {
        await kube.delete(refOf(pod), { propagation: 'Background' });
      }
      await clock.sleep(pollMs, signal);
    }
  }
}

function renderPod(plan: Plan, root: string, hostname: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace: plan.namespace, labels: commonLabels(plan.release) },
    spec: {
      restartPolicy: 'Never',
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      nodeSelector: { 'kubernetes.io/hostname': hostname },
      // A node that is only just joining, or one kept for edge work, still gets its directories.
      tolerations: [{ operator: 'Exists' }],
      securityContext: {
        runAsUser: 0,
        runAsGroup: 0,
        seccompProfile: { type: 'RuntimeDefault' },
        // Where SELinux rules, a confined container may write to no path of the node. Elsewhere it means nothing.
        seLinuxOptions: { type: 'spc_t' },
      },
      containers: [
        {
          name: 'directories',
          image: plan.toolsImage,
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/sh', '-ec', directoryScript(plan.directories, root)],
          volumeMounts: [{ name: 'root', mountPath }],
          resources: { requests: { cpu: '5m', memory: '8Mi' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] },
          },
        },
      ],
      volumes: [{ name: 'root', hostPath: { path: root, type: 'DirectoryOrCreate' } }],
    },
  };
}

/** One line for each directory; the shell stops at the first that fails. */
function directoryScript(directories: readonly Directory[], root: string): string {
  return directories
    .map(({ path, uid, gid, mode }) => {
      const inside = `'${mountPath}${path.slice(root.length)}'`;
      return `mkdir -p ${inside}; chown ${uid}:${gid} ${inside}; chmod ${mode} ${inside}`;
    })
    .join('\n');
}

async function failure(pod: KubeObject, { kube }: DirectoriesContext): Promise<BootError> {
  const { namespace = '', name } = pod.metadata;
  const words = await kube.logs(namespace, name, 'directories', { tailLines: 5 });
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: 'the directories of the volumes could not be made on the node',
    evidence: words.trim().split('\n'),
    hint: 'Look whether the path is on a writable file system, or choose another with --storage local:/path.',
  });
}

/** What a container waits for in any start. */
const usualWaits: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** What keeps the pod from starting, in Kubernetes' words; undefined while nothing does. */
function obstacleOf({ status: { conditions, containerStatuses } }: Pod): string | undefined {
  const unscheduled = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return `${unscheduled.reason ?? 'not scheduled'}: ${unscheduled.message ?? ''}`;
  const waiting = containerStatuses?.[0]?.state?.waiting;
  if (!waiting || usualWaits.has(waiting.reason ?? '')) return undefined;
  return `${waiting.reason ?? 'waiting'}: ${waiting.message ?? ''}`;
}

function disallowed(pod: KubeObject, cause: string): BootError {
  const { namespace = '' } = pod.metadata;
  return new BootError({ exit: 'rollout', object: formatRef(refOf(pod)), cause, hint: directoryPodHint(namespace) });
}

function unstartable(pod: KubeObject, obstacle: string): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `the pod that makes the volumes' directories can't start (${obstacle})`,
    hint: eventsHint(pod),
  });
}

function late(pod: KubeObject, live: Pod | undefined): BootError {
  const state = live ? (obstacleOf(live) ?? live.status.phase) : 'it is not there';
  return new BootError({
    exit: 'timeout',
    object: formatRef(refOf(pod)),
    cause: `the pod that makes the volumes' directories has not ended (${state})`,
    hint: eventsHint(pod),
  });
}

/** The pod itself is gone by then; its events stay for an hour. */
function eventsHint({ metadata: { namespace, name } }: KubeObject): string {
  return `kubectl -n ${namespace} get events --field-selector involvedObject.name=${name}`;
}
