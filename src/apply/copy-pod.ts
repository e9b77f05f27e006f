import { BootError, isBootError } from '../base/errors.ts';
import { formatRef, type KubeObject, type Pod, refOf } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import { KubeError } from '../kube/errors.ts';
import type { ExecRequest } from '../kube/types.ts';
import { renderOneShot, renderShell } from '../plan/one-shot.ts';
import type { Release } from '../plan/release.ts';
import type { PlannedService } from '../plan/types.ts';
import { stateMount } from './copy-scripts.ts';
import { type OneShotContext, startPod } from './one-shot-pod.ts';

/**
 * A pod that has a service's volumes, and nothing else to do than to run the commands that it is given. It is as the
 * service's own pod is: in its place, in its name, with its rights. So it may read what the service has written, what it
 * writes is the service's, and a file server that squashes root or a namespace that forbids it are no hindrance.
 */

export interface CopyPlace {
  readonly namespace: string;
  readonly release: Release;
  readonly toolsImage: string;
}

/** A pod that runs commands. */
export interface CopyPod {
  /**
   * Runs lines of shell.
   * @returns the exit code, and the end of what went to stderr
   * @throws BootError `rollout` when the pod has ended, `cluster` when the connection breaks
   */
  run(script: string, streams?: Pick<ExecRequest, 'stdin' | 'stdout'>): ReturnType<OneShotContext['kube']['exec']>;
  /** The same for a few lines of output. */
  ask(script: string): Promise<string>;
  readonly name: string;
}

const parallel = 8;
const container = 'copy';
/** Above it an exit code says by which signal a command was ended. */
const killedCode = 128;
/** A pod that nobody takes away, since the program was killed, ends by itself. */
const longestSeconds = 4 * 60 * 60;

/** A service whose volumes are copied, and the Deployment that says how its pods are. */
export interface CopiedService extends PlannedService {
  readonly deployment: KubeObject;
}

/**
 * Does work with a pod for each of these services, and takes the pods away again.
 * @param services whose own pods don't run
 * @param work gets the pods by service
 * @throws BootError as `startPod`; whatever `work` throws
 */
export async function withCopyPods<T>(
  services: readonly CopiedService[],
  place: CopyPlace,
  context: OneShotContext,
  work: (pods: ReadonlyMap<string, CopyPod>) => Promise<T>,
): Promise<T> {
  const pods = services.map((service) => renderPod(service, place));
  try {
    await mapPool(pods, parallel, (pod, index) =>
      startPod(
        {
          pod,
          purpose: `copies the data of ${services[index]?.name}`,
          // The workload itself would be forbidden, too.
          forbiddenHint: `kubectl get namespace ${place.namespace} -o yaml`,
        },
        context,
      ),
    );
    return await work(new Map(services.map(({ name }, index) => [name, copyPod(pods[index] as KubeObject, context)])));
  } finally {
    await mapPool(pods, parallel, (pod) => context.kube.delete(refOf(pod), { propagation: 'Background' }));
  }
}

function copyPod(pod: KubeObject, { kube, signal }: OneShotContext): CopyPod {
  const { name, namespace = '' } = pod.metadata;
  const look = async (): Promise<Pod | undefined> => (await kube.get(refOf(pod))) as Pod | undefined;
  const run: CopyPod['run'] = async (script, streams = {}) => {
    try {
      const command = ['/bin/sh', '-c', script];
      const end = await kube.exec({ namespace, pod: name, container, command, signal, ...streams });
      const ending = end.exitCode > killedCode ? endingOf(pod, await look()) : undefined;
      if (ending) throw ending;
      return end;
    } catch (error) {
      if (!isBootError(error) || signal.aborted) throw error;
      throw endingOf(pod, await look()) ?? error;
    }
  };
  return {
    name,
    run,
    ask: async (script) => {
      const pieces: Buffer[] = [];
      const { exitCode, stderr } = await run(script, {
        stdout: async (chunk) => {
          pieces.push(chunk);
        },
      });
      if (exitCode !== 0) throw failed(pod, `its commands ended with ${exitCode}`, stderr);
      return Buffer.concat(pieces).toString('utf8');
    },
  };
}

/** Why the pod is no more, if that is so: the better reason for a connection that broke. */
function endingOf(pod: KubeObject, live: Pod | undefined): BootError | undefined {
  if (!live || live.metadata.deletionTimestamp) return failed(pod, 'somebody has deleted it in the middle');
  const { phase, reason, message } = live.status;
  if (phase !== 'Failed' && phase !== 'Succeeded') return undefined;
  return failed(pod, `it ended in the middle: ${[reason, message].filter(Boolean).join(': ') || phase}`);
}

/** An error about the pod itself. */
function failed(pod: KubeObject, cause: string, words = ''): BootError {
  return new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause,
    ...(words === '' ? {} : { evidence: words.split('\n') }),
    hint: 'Look at the node that it ran on, and run this again.',
  });
}

/** An answer that lacks its end. May be asked for again. */
export function incomplete(pod: CopyPod, what: string): KubeError {
  return new KubeError(
    { exit: 'cluster', object: `pod/${pod.name}`, cause: `${what} did not arrive as a whole`, hint: 'Run this again.' },
    { trouble: 'lost' },
  );
}

interface PodSpec {
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
  readonly imagePullSecrets?: readonly object[];
  readonly securityContext?: object;
  readonly containers?: readonly { readonly securityContext?: object }[];
}

function renderPod({ name, row, deployment }: CopiedService, place: CopyPlace): KubeObject {
  const { template } = (deployment.spec ?? {}) as { readonly template?: { readonly spec?: PodSpec } };
  const { nodeSelector, tolerations, imagePullSecrets, securityContext, containers } = template?.spec ?? {};
  return renderOneShot(`edgex-boot-copy-${name}`, place, {
    activeDeadlineSeconds: longestSeconds,
    ...{ nodeSelector, tolerations, securityContext },
    // As it was installed; a backup need not know the site file.
    ...(imagePullSecrets ? { imagePullSecrets } : {}),
    containers: [
      renderShell(container, place.toolsImage, `sleep ${longestSeconds}`, {
        volumeMounts: [
          ...row.claims.map((claim) => ({ name: claim.name, mountPath: mountOf(claim.name) })),
          { name: 'state', mountPath: stateMount },
        ],
        resources: { requests: { cpu: '50m', memory: '16Mi' }, limits: { memory: '128Mi' } },
        securityContext: containers?.[0]?.securityContext,
      }),
    ],
    volumes: [
      ...row.claims.map((claim) => ({ name: claim.name, persistentVolumeClaim: { claimName: claim.name } })),
      { name: 'state', emptyDir: {} },
    ],
  });
}

/** Where the pod has a claim's volume. */
export function mountOf(claim: string): string {
  return `/volumes/${claim}`;
}
