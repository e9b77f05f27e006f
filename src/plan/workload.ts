import type { KubeObject } from '../base/kube-types.ts';
import { type ResolvedExposure, serviceType } from './exposure.ts';
import { fileKey, filesAnnotation, filesDigest, filesName, filesVolume, hasFiles } from './files.ts';
import { gateScript } from './gates.ts';
import { architectureLabel, serviceLabel, serviceLabels } from './labels.ts';
import { renderProbe } from './probes.ts';
import type { Architecture, Release, ServiceRow } from './release.ts';
import type { PlannedService } from './types.ts';

/** The init container's name; the rollout reads from its log what a pod waits for. */
export const gatesContainer = 'gates';

export interface WorkloadContext {
  readonly release: Release;
  readonly namespace: string;
  readonly architecture: Architecture;
  /** Image of the gates' shell. */
  readonly toolsImage: string;
  readonly exposure?: ResolvedExposure;
}

/** The Deployment of a service. Any row becomes one; there is no other way to make a workload. */
export function renderDeployment(service: PlannedService, context: WorkloadContext): KubeObject {
  const { name, row } = service;
  const labels = serviceLabels(service, context.release);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: context.namespace, labels },
    spec: {
      replicas: row.replicas,
      // Two pods of one service would register twice, and share a volume that only one may write.
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 3,
      selector: { matchLabels: { [serviceLabel]: name } },
      template: {
        metadata: { labels, ...(hasFiles(row) ? { annotations: { [filesAnnotation]: filesDigest(row) } } : {}) },
        spec: {
          hostname: name,
          restartPolicy: 'Always',
          // The images were chosen for this architecture; a mixed cluster has nodes of another.
          nodeSelector: {
            'kubernetes.io/os': 'linux',
            [architectureLabel]: context.architecture,
            ...row.nodeSelector,
          },
          ...(row.tolerations.length > 0 ? { tolerations: row.tolerations } : {}),
          ...pullSecretsOf(context.release),
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          securityContext: podSecurity(row),
          ...(service.gates.length > 0 ? { initContainers: [gates(service, context)] } : {}),
          containers: [container(service, context.release)],
          ...listed('volumes', [
            ...row.claims.map((claim) => ({ name: claim.name, persistentVolumeClaim: { claimName: claim.name } })),
            ...(hasFiles(row) ? [{ name: filesVolume, configMap: { name: filesName(name) } }] : []),
          ]),
        },
      },
    },
  };
}

/** The Service of a service: every port of its row, inside the cluster only unless the site exposes it. */
export function renderService(service: PlannedService, context: WorkloadContext): KubeObject {
  const { name, row } = service;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: context.namespace, labels: serviceLabels(service, context.release) },
    spec: {
      type: serviceType(name, context.exposure),
      selector: { [serviceLabel]: name },
      // The gates ask the application itself, so they need not wait until a probe and kube-proxy have passed its answer
      // on. And a pod that doesn't listen yet refuses at once, while the kernel refuses in the name of a Service without
      // endpoints once a second at most: together two seconds less for each level.
      publishNotReadyAddresses: isAsked(row),
      ports: row.ports.map(({ port }) => ({ name: String(port), port, targetPort: port, protocol: 'TCP' })),
    },
  };
}

/** A database that a shell can't ask is ready when its readiness probe says so. */
function isAsked({ database, answers }: ServiceRow): boolean {
  return database === undefined || answers !== undefined;
}

function container({ name, row, image }: PlannedService, release: Release): Record<string, unknown> {
  const [main] = row.ports;
  const port = main?.port ?? 0;
  const env = { ...Object.assign({}, ...row.environment.map((set) => release.environments[set])), ...row.env };
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    ...(row.command ? { command: row.command } : {}),
    ...(row.args ? { args: row.args } : {}),
    ...listed('env', [
      ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
      ...Object.entries(row.secretEnv).map(([variable, { secret, key }]) => ({
        name: variable,
        valueFrom: { secretKeyRef: { name: secret, key } },
      })),
    ]),
    ports: row.ports.map((each) => ({ containerPort: each.port, protocol: 'TCP' })),
    startupProbe: renderProbe('startup', row.probes.startup, port),
    readinessProbe: renderProbe('readiness', row.probes.readiness, port),
    livenessProbe: renderProbe('liveness', row.probes.liveness, port),
    resources: {
      requests: { cpu: row.resources.cpu, memory: row.resources.memory },
      limits: { memory: row.resources.memoryLimit },
    },
    securityContext: containerSecurity(row.security.writableRoot, row.security.capabilities),
    ...listed('volumeMounts', [
      ...row.claims.map((claim) => ({ name: claim.name, mountPath: claim.mountPath })),
      ...Object.keys(row.files).map((path, index) => ({
        name: filesVolume,
        mountPath: path,
        subPath: fileKey(path, index),
        readOnly: true,
      })),
    ]),
  };
}

/** Kubernetes has no empty lists. */
function listed(field: string, entries: readonly object[]): Record<string, unknown> {
  return entries.length > 0 ? { [field]: entries } : {};
}

function gates(service: PlannedService, { release, toolsImage }: WorkloadContext): Record<string, unknown> {
  const { uid, gid } = release.tools;
  return {
    name: gatesContainer,
    image: toolsImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', gateScript(service.gates)],
    resources: { requests: { cpu: '5m', memory: '8Mi' }, limits: { memory: '64Mi' } },
    securityContext: { ...containerSecurity(false, []), runAsNonRoot: true, runAsUser: uid, runAsGroup: gid },
  };
}

function podSecurity({ security, claims }: ServiceRow): Record<string, unknown> {
  const seccompProfile = { type: 'RuntimeDefault' };
  if (security.user === 'image') return { seccompProfile };
  const owner = { runAsNonRoot: true, runAsUser: security.uid, runAsGroup: security.gid };
  if (claims.length === 0) return { ...owner, seccompProfile };
  return { ...owner, fsGroup: security.gid, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile };
}

function containerSecurity(writableRoot: boolean, capabilities: readonly string[]): Record<string, unknown> {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: !writableRoot,
    capabilities: { drop: ['ALL'], ...(capabilities.length > 0 ? { add: capabilities } : {}) },
  };
}

/** The field of a pod that names the secrets for the images' registry; nothing where there are none. */
export function pullSecretsOf({ pullSecrets }: Pick<Release, 'pullSecrets'>): {
  readonly imagePullSecrets?: readonly { readonly name: string }[];
} {
  return pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {};
}
