import type { KubeObject } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import { renderOneShot, renderShell } from '../plan/one-shot.ts';
import type { Plan, PlannedService, StorageChoice } from '../plan/types.ts';
import { type OneShotContext, runOneShot } from './one-shot-pod.ts';
import { describeTroubles, type TriedVolume, troublesOf } from './volume-failures.ts';
import { probeScript, type VolumeTrouble } from './volume-scripts.ts';

/**
 * Tries volumes that a provisioner or somebody else made, each by a pod that is as the workload's will be: with its
 * claims, its user, its place and what it asks for. Where a volume is made for its first consumer that is this pod, so
 * the volume comes to where the workload can run, and each workload has the whole cluster to choose from.
 */

const parallel = 8;
/** As for directories; a volume is attached and mounted before. */
const longestRunMs = 60_000;

/**
 * Runs the pods side by side and takes them away again.
 * @param services whose volumes to try; one that runs already may have its own on another node
 * @throws BootError `rollout` with one cause for all volumes that are of no use; see also `runOneShot`
 */
export async function probeVolumes(
  services: readonly PlannedService[],
  plan: Plan,
  context: OneShotContext,
): Promise<void> {
  const results = await mapPool(services, parallel, (service) => probeService(service, plan, context));
  const failed = results.filter(({ succeeded }) => !succeeded);
  if (failed.length === 0) return;
  const troubled = failed.flatMap(({ claims }) => claims);
  throw describeTroubles(
    failed.flatMap(({ troubles }) => troubles),
    {
      text: textOf(plan.storage, troubled),
      node: [...new Set(failed.map(({ node }) => node))].join(', '),
      volumes: services.flatMap(({ row }) => row.claims.map(({ name }) => triedVolume(name, row))),
    },
  );
}

interface ProbeResult {
  readonly succeeded: boolean;
  readonly node: string;
  readonly claims: readonly string[];
  readonly troubles: readonly VolumeTrouble[];
}

async function probeService(service: PlannedService, plan: Plan, context: OneShotContext): Promise<ProbeResult> {
  const { succeeded, pod } = await runOneShot(
    {
      pod: renderProbe(service, plan),
      purpose: `tries the volume of ${service.name}`,
      // The workload itself is forbidden then, and that was found out before.
      forbiddenHint: `kubectl get namespace ${plan.namespace} -o yaml`,
      longestRunMs,
      tailLines: 0,
    },
    context,
  );
  const claims = service.row.claims.map(({ name }) => name);
  return { succeeded, node: pod.spec.nodeName ?? 'NODE', claims, troubles: troublesOf(pod) };
}

interface PodSpec {
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
  readonly securityContext?: object;
  readonly containers: readonly { readonly resources?: object; readonly securityContext?: object }[];
}

function renderProbe({ name, row }: PlannedService, plan: Plan): KubeObject {
  const deployment = plan.objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  const { template } = (deployment?.spec ?? {}) as { readonly template?: { readonly spec: PodSpec } };
  const { nodeSelector, tolerations, securityContext, containers = [] } = template?.spec ?? {};
  const volumes = row.claims.map((claim) => ({
    claim: claim.name,
    directory: claim.mountPath,
    gives: row.security.capabilities.includes('CHOWN'),
  }));
  return renderOneShot(`edgex-boot-probe-${name}`, plan, {
    nodeSelector,
    tolerations,
    securityContext,
    containers: [
      renderShell('probe', plan.toolsImage, probeScript(volumes), {
        volumeMounts: row.claims.map((claim) => ({ name: claim.name, mountPath: claim.mountPath })),
        resources: containers[0]?.resources,
        securityContext: containers[0]?.securityContext,
      }),
    ],
    volumes: row.claims.map(({ name: claim }) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
  });
}

function triedVolume(claim: string, { security }: PlannedService['row']): TriedVolume {
  return { claim, uid: security.uid ?? 0, gid: security.gid ?? 0 };
}

function textOf(storage: StorageChoice, claims: readonly string[]): string {
  if (storage.kind === 'class') return `a volume of class ${storage.className ?? '(default)'}`;
  if (storage.kind !== 'existing') return 'the volume';
  const names = claims.flatMap((claim) => storage.volumes[claim]?.name ?? []);
  return names.map((name) => `persistentvolume/${name}`).join(', ');
}
