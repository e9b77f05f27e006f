import type { Emit } from '../base/events.ts';
import type { KubeObject, Pod } from '../base/kube-types.ts';
import { architectureLabel } from '../plan/labels.ts';
import { oneShotRoot, renderOneShot, renderShell, shellSecurity } from '../plan/one-shot.ts';
import { directoryPodHint } from '../plan/pod-security.ts';
import type { Directory, Plan, StorageChoice } from '../plan/types.ts';
import { readClusterId } from './cluster-id.ts';
import { type OneShotContext, runOneShot } from './one-shot-pod.ts';
import { describeOpen, describeTroubles, type TriedPlace, troublesOf } from './volume-failures.ts';
import { directoryScript, type MountedDirectory, probeWhenMade, rootMount, stateMount } from './volume-scripts.ts';

/**
 * Makes the directories that local and NFS volumes lead to, with owner and mode, and tries each as its service's own
 * user. One pod does both: so it works from anywhere, with an image that the installation needs anyway, and the probes
 * cost no start of a pod. Its containers start together; the probes wait for the directories in there, since between an
 * init container and the others a kubelet lets a second pass.
 */

const podName = 'edgex-boot-directories';

export interface PreparationContext extends OneShotContext {
  readonly emit: Emit;
}

/**
 * Runs the pod and takes it away again. Directories that are there keep their content; owner and mode are set anew.
 * @throws BootError `rollout` with the cause for each volume that is of no use; see also `runOneShot`
 */
export async function prepareDirectories(plan: Plan, context: PreparationContext): Promise<void> {
  const { storage, directories, namespace } = plan;
  if ((storage.kind !== 'local' && storage.kind !== 'nfs') || directories.length === 0) return;
  const clusterId = storage.kind === 'nfs' ? await readClusterId(context.kube) : undefined;
  const pod = renderPod(plan, storage, clusterId);
  const end = await runOneShot(
    {
      pod,
      purpose: `prepares the directories of the volumes in ${textOf(storage)}`,
      forbiddenHint: directoryPodHint(namespace),
      longestRunMs,
      tailLines: 0,
    },
    context,
  );
  const troubles = troublesOf(end.pod);
  const place = placeOf(plan, storage, end.pod);
  if (!end.succeeded) throw describeTroubles(troubles, place);
  const warning = describeOpen(troubles, place);
  if (warning) context.emit({ type: 'warning', ...warning });
}

/** Longer than a slow card takes for a few small files; a file server that is gone never answers. */
const longestRunMs = 60_000;

function placeOf({ directories: volumes }: Plan, storage: OwnPlace, { spec }: Pod): TriedPlace {
  const server = storage.kind === 'nfs' ? { server: storage.server } : {};
  return { text: textOf(storage), node: spec.nodeName ?? 'NODE', volumes, ...server };
}

function textOf(storage: OwnPlace): string {
  if (storage.kind === 'nfs') return `${storage.server}:${storage.path}`;
  return `${storage.root} on node ${storage.hostname}`;
}

type OwnPlace = StorageChoice & { readonly kind: 'local' | 'nfs' };

function renderPod(plan: Plan, storage: OwnPlace, clusterId: string | undefined): KubeObject {
  const root = storage.kind === 'local' ? storage.root : storage.path;
  const directories = plan.directories.map((directory) => ({ ...directory, inside: insideOf(directory, root) }));
  const home = clusterId === undefined ? undefined : { inside: `${rootMount}/${plan.namespace}`, clusterId };
  return renderOneShot(podName, plan, {
    ...oneShotRoot,
    nodeSelector:
      storage.kind === 'local'
        ? { 'kubernetes.io/hostname': storage.hostname }
        : { 'kubernetes.io/os': 'linux', [architectureLabel]: plan.architecture },
    containers: [
      renderContainer(plan, 'directories', directoryScript(directories, home), {
        capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] },
      }),
      ...directories.map((directory) => renderProbe(plan, directory)),
    ],
    volumes: [
      {
        name: 'root',
        ...(storage.kind === 'local'
          ? { hostPath: { path: root, type: 'DirectoryOrCreate' } }
          : { nfs: { server: storage.server, path: root } }),
      },
      { name: 'state', emptyDir: {} },
    ],
  });
}

/** What the pod sees of the root begins elsewhere. */
function insideOf({ path }: Directory, root: string): string {
  return `${rootMount}/${path.slice(root.length).replace(/^\//, '')}`;
}

function renderProbe(plan: Plan, { claim, inside, uid, gid, capabilities }: MountedDirectory): object {
  const script = probeWhenMade({ claim, directory: inside, gives: capabilities.includes('CHOWN') });
  return renderContainer(plan, `probe-${claim}`, script, {
    runAsUser: uid,
    runAsGroup: gid,
    capabilities: { drop: ['ALL'], ...(capabilities.length > 0 ? { add: capabilities } : {}) },
  });
}

function renderContainer({ toolsImage }: Plan, name: string, script: string, security: object): object {
  return renderShell(name, toolsImage, script, {
    volumeMounts: [
      { name: 'root', mountPath: rootMount },
      { name: 'state', mountPath: stateMount },
    ],
    securityContext: { ...shellSecurity, ...security },
  });
}
