import { BootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import type { KubeClient } from '../kube/types.ts';
import { commonLabels } from '../plan/labels.ts';
import type { Directory, Plan } from '../plan/types.ts';

/**
 * Makes the directories that local volumes lead to, with owner and mode, by a pod that runs once on the node: so it
 * works from anywhere, and with an image that the installation needs anyway.
 */

const podName = 'edgex-boot-directories';
const pollMs = 150;
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
 * @returns how many writes it took
 * @throws BootError `rollout` with the pod's own words, or `timeout` with its state.
 */
export async function prepareDirectories(plan: Plan, context: DirectoriesContext): Promise<void> {
  const { storage, directories } = plan;
  if (storage.kind !== 'local' || directories.length === 0) return;
  const { kube, clock, signal } = context;
  const pod = renderPod(plan, storage.root, storage.hostname);
  // One that an interrupted run left behind.
  await kube.delete(refOf(pod), { propagation: 'Background' });
  await createWhenFree(pod, context);
  try {
    for (;;) {
      const live = (await kube.get(refOf(pod))) as Pod | undefined;
      if (live?.status.phase === 'Succeeded') return;
      if (live?.status.phase === 'Failed') throw await failure(pod, context);
      if (clock.now() > context.deadlineMs) throw late(pod, live);
      await clock.sleep(pollMs, signal);
    }
  } finally {
    await kube.delete(refOf(pod), { propagation: 'Background' });
  }
}

/** The old pod's name is free some seconds after its deletion, and a new namespace's account comes a moment later. */
async function createWhenFree(pod: KubeObject, { kube, clock, signal, deadlineMs }: DirectoriesContext): Promise<void> {
  for (;;) {
    try {
      await kube.create(pod);
      return;
    } catch (error) {
      if (clock.now() > deadlineMs) throw error;
      const isOccupied = (await kube.get(refOf(pod))) !== undefined;
      const isAccountMissing = error instanceof BootError && error.details.cause.includes('serviceaccount');
      if (!isOccupied && !isAccountMissing) throw error;
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
      securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
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
export function directoryScript(directories: readonly Directory[], root: string): string {
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

function late(pod: KubeObject, live: Pod | undefined): BootError {
  const status = live?.status;
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  const unscheduled = status?.conditions?.find(
    ({ type, status: holds }) => type === 'PodScheduled' && holds === 'False',
  );
  const state = waiting
    ? `${waiting.reason ?? 'waiting'}: ${waiting.message ?? ''}`
    : (unscheduled?.message ?? status?.phase);
  return new BootError({
    exit: 'timeout',
    object: formatRef(refOf(pod)),
    cause: `the directories of the volumes are not made yet (${state ?? 'the pod is not there'})`,
    hint: `kubectl -n ${pod.metadata.namespace} describe pod ${podName}`,
  });
}
