import type { ObjectRef } from '../base/kube-types.ts';

/** Where the API server keeps each kind that the program reads or writes. */
const kinds: Readonly<Record<string, { readonly plural: string; readonly namespaced: boolean }>> = {
  ConfigMap: { plural: 'configmaps', namespaced: true },
  Deployment: { plural: 'deployments', namespaced: true },
  EndpointSlice: { plural: 'endpointslices', namespaced: true },
  Event: { plural: 'events', namespaced: true },
  Ingress: { plural: 'ingresses', namespaced: true },
  Lease: { plural: 'leases', namespaced: true },
  Namespace: { plural: 'namespaces', namespaced: false },
  Node: { plural: 'nodes', namespaced: false },
  PersistentVolume: { plural: 'persistentvolumes', namespaced: false },
  PersistentVolumeClaim: { plural: 'persistentvolumeclaims', namespaced: true },
  Pod: { plural: 'pods', namespaced: true },
  ReplicaSet: { plural: 'replicasets', namespaced: true },
  Secret: { plural: 'secrets', namespaced: true },
  SelfSubjectAccessReview: { plural: 'selfsubjectaccessreviews', namespaced: false },
  Service: { plural: 'services', namespaced: true },
  ServiceAccount: { plural: 'serviceaccounts', namespaced: true },
  StorageClass: { plural: 'storageclasses', namespaced: false },
};

/** Path of a collection; of all namespaces when none is given. */
export function collectionPath(apiVersion: string, kind: string, namespace?: string): string {
  const { plural, namespaced } = kindRow(kind);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}`;
}

/** Path of one object. */
export function objectPath({ apiVersion, kind, name, namespace }: ObjectRef): string {
  if (kindRow(kind).namespaced && namespace === undefined) throw new Error(`${kind} ${name} has no namespace`);
  return `${collectionPath(apiVersion, kind, namespace)}/${encodeURIComponent(name)}`;
}

/** True for kinds of which a namespace has its own. */
export function isNamespaced(kind: string): boolean {
  return kindRow(kind).namespaced;
}

/** A kind as RBAC and access reviews name it. */
export function resourceOf(apiVersion: string, kind: string): { readonly group: string; readonly resource: string } {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return { group, resource: kindRow(kind).plural };
}

function kindRow(kind: string): { readonly plural: string; readonly namespaced: boolean } {
  const row = kinds[kind];
  if (!row) throw new Error(`kind ${kind} has no row in src/kube/resources.ts`);
  return row;
}
