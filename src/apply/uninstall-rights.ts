import { workloadKinds } from '../plan/ending.ts';
import { installationKinds } from '../plan/kinds.ts';
import { keepsData, type Removal } from '../plan/uninstall.ts';
import { distinct, locking, type Need, type Right, rightsOf } from './rights.ts';

const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

/** All rights that it takes to look for what is to be removed. */
export function surveyRights(namespace: string, isPurge: boolean): readonly Right[] {
  const needs: readonly Need[] = [
    { apiVersion: 'v1', kind: 'Namespace', verbs: ['get'] },
    { ...lease, verbs: ['get'] },
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', verbs: ['list'] },
    ...[...installationKinds, ...workloadKinds].map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['list'] })),
    ...(isPurge ? [{ apiVersion: 'v1', kind: 'Node', verbs: ['list'] }] : []),
  ];
  return distinct(needs.flatMap((need) => rightsOf(need, namespace)));
}

/** All rights that a removal takes. Each right once. */
export function removalRights(removal: Removal): readonly Right[] {
  const { namespace, workloads, leftovers, isPurge } = removal;
  const { groundwork, inventory } = leftovers;
  const topLevel = workloads.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
  const isKept = keepsData(removal);
  const needs: readonly Need[] = [
    ...topLevel.map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['delete'] })),
    ...groundwork.map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['delete', 'get'] })),
    ...(inventory ? [{ apiVersion: 'v1', kind: 'ConfigMap', verbs: isKept ? ['patch'] : ['delete', 'get'] }] : []),
    ...(namespace.exists ? [...locking, { ...lease, verbs: ['delete'] }] : []),
    ...(isKept || !namespace.managed ? [] : [{ apiVersion: 'v1', kind: 'Namespace', verbs: ['delete', 'get'] }]),
    ...(isPurge ? purgeNeeds(removal) : []),
  ];
  return distinct(needs.flatMap((need) => rightsOf(need, namespace.name)));
}

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
