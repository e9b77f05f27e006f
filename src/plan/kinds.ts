/**
 * The kinds of which an installation is made, as far as they are looked for in a cluster. A kind that the plan begins
 * to use gets a row, and keeps it: objects of an older installation must still be found.
 */
export const installationKinds = [
  { apiVersion: 'v1', kind: 'PersistentVolume', namespaced: false },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespaced: true },
  { apiVersion: 'v1', kind: 'ConfigMap', namespaced: true },
  { apiVersion: 'v1', kind: 'Service', namespaced: true },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespaced: true },
  { apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true },
] as const;

/** Data hang on these: they are never deleted because a plan no longer has them. */
export const keptKinds: ReadonlySet<string> = new Set(['Namespace', 'PersistentVolume', 'PersistentVolumeClaim']);
