import type { KubeObject } from '../base/kube-types.ts';
import { commonLabels } from './labels.ts';
import type { Release } from './release.ts';
import { pullSecretsOf } from './workload.ts';

/** What pods have in common that run once, for us and not for the installation. */

export interface OneShotSpec {
  readonly containers: readonly object[];
  readonly [field: string]: unknown;
}

/**
 * A pod that runs once. It needs nothing of the cluster and is in nobody's way.
 * @param spec what is special about it
 */
export function renderOneShot(
  name: string,
  { namespace, release }: { readonly namespace: string; readonly release: Release },
  spec: OneShotSpec,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: commonLabels(release) },
    spec: {
      restartPolicy: 'Never',
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      ...pullSecretsOf(release),
      ...spec,
    },
  };
}

/**
 * A container that runs lines of shell. It takes next to nothing.
 * @param fields what is special about it
 */
export function renderShell(name: string, image: string, script: string, fields: object): object {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', script],
    resources: { requests: { cpu: '5m', memory: '8Mi' }, limits: { memory: '64Mi' } },
    ...fields,
  };
}

/** What a container may do that runs lines of shell. */
export const shellSecurity = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true } as const;

/** Those that work on a node's own paths, or on a file server's, as root, whatever else the node is kept for. */
export const oneShotRoot = {
  tolerations: [{ operator: 'Exists' }],
  securityContext: {
    runAsUser: 0,
    runAsGroup: 0,
    seccompProfile: { type: 'RuntimeDefault' },
    // Where SELinux rules, a confined container may write to no path of the node. Elsewhere it means nothing.
    seLinuxOptions: { type: 'spc_t' },
  },
} as const;
