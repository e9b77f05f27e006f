import type { KubeObject } from '../base/kube-types.ts';
import type { NamespaceFacts } from '../facts/types.ts';
import { workloadKinds } from '../plan/ending.ts';
import { installationKinds } from '../plan/kinds.ts';
import type { StoredData } from '../plan/stored-data.ts';
import type { Leftovers } from '../plan/uninstall.ts';
import { distinct, type Need, type Right, rightsOf } from './rights.ts';

/** What an uninstallation is to take away. */
export interface Removal {
  readonly namespace: NamespaceFacts;
  readonly workloads: readonly KubeObject[];
  readonly leftovers: Leftovers;
  readonly data: readonly StoredData[];
  /** The data go as well. */
  readonly isPurge: boolean;
}

/** All rights that it takes to look for what is to be removed. */
export function surveyRights(namespace: string, isPurge: boolean): readonly Right[] {
  const needs: readonly Need[] = [
    { apiVersion: 'v1', kind: 'Namespace', verbs: ['get'] },
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', verbs: ['list'] },
    ...[...installationKinds, ...workloadKinds].map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['list'] })),
    ...(isPurge ? [{ apiVersion: 'v1', kind: 'Node', verbs: ['list'] }] : []),
  ];
  return distinct(needs.flatMap((need) => rightsOf(need, namespace)));
}

/** All rights that a removal takes. Each right once. */
export function removalRights(removal: Removal): readonly Right[] {
  const { namespace, workloads, leftovers, isPurge, data } = removal;
  const { groundwork, inventory } = leftovers;
  const topLevel = workloads.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
  const keepsData = !isPurge && data.length > 0;
  const needs: readonly Need[] = [
    ...[...topLevel, ...groundwork].map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['delete'] })),
    ...(inventory ? [{ apiVersion: 'v1', kind: 'ConfigMap', verbs: [keepsData ? 'patch' : 'delete'] }] : []),
    ...(namespace.exists ? [locking] : []),
    ...(keepsData || !namespace.managed ? [] : [{ apiVersion: 'v1', kind: 'Namespace', verbs: ['delete', 'get'] }]),
    ...(isPurge ? purgeNeeds(removal) : []),
  ];
  return distinct(needs.flatMap((need) => rightsOf(need, namespace.name)));
}

const locking: Need = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  verbs: ['get', 'create', 'patch', 'delete'],
};

function purgeNeeds({ namespace, data }: Removal): readonly Need[] {
  const removals = new Set(data.map(({ removal }) => removal.by));
  const claims = data.some(({ hasClaim }) => hasClaim);
  return [
    ...(claims ? [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', verbs: ['get', 'delete'] }] : []),
    ...(removals.has('provisioner') ? [{ apiVersion: 'v1', kind: 'PersistentVolume', verbs: ['get', 'patch'] }] : []),
    ...(removals.has('pod')
      ? [
          { apiVersion: 'v1', kind: 'PersistentVolume', verbs: ['get', 'delete'] },
          { apiVersion: 'v1', kind: 'Pod', verbs: ['create', 'get', 'delete'] },
          { apiVersion: 'v1', kind: 'Pod', subresource: 'log', verbs: ['get'] },
          // The pod that deletes directories needs one to be in.
          ...(namespace.exists ? [] : [{ apiVersion: 'v1', kind: 'Namespace', verbs: ['create', 'get', 'patch'] }]),
        ]
      : []),
  ];
}
