import { BootError } from '../base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import { commonLabels } from '../plan/labels.ts';
import { directoryPodHint } from '../plan/pod-security.ts';
import type { Directory, Plan } from '../plan/types.ts';
import { type OneShotContext, runOneShot } from './one-shot-pod.ts';

/**
 * Makes the directories that local volumes lead to, with owner and mode, by a pod that runs once on the node: so it
 * works from anywhere, and with an image that the installation needs anyway.
 */

const podName = 'edgex-boot-directories';
/** The path under which the pod sees the storage root. */
const mountPath = '/volumes';

/**
 * Runs the pod and takes it away again. Directories that are there keep their content; owner and mode are set anew.
 * @throws BootError `rollout` with the pod's own words; see also `runOneShot`
 */
export async function prepareDirectories(plan: Plan, context: OneShotContext): Promise<void> {
  const { storage, directories } = plan;
  if (storage.kind !== 'local' || directories.length === 0) return;
  const pod = renderPod(plan, storage.root, storage.hostname);
  const { succeeded, words } = await runOneShot(
    { pod, purpose: "makes the volumes' directories", forbiddenHint: directoryPodHint(plan.namespace) },
    context,
  );
  if (succeeded) return;
  throw new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: 'the directories of the volumes could not be made on the node',
    evidence: words.split('\n'),
    hint: 'Look whether the path is on a writable file system, or choose another with --storage local:/path.',
  });
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
