import { isNamespaced, resourceOf } from '../kube/resources.ts';
import type { ObjectChange } from '../plan/changes.ts';
import { installationKinds } from '../plan/kinds.ts';
import type { Plan } from '../plan/types.ts';

/** One thing that a user may or may not do. */
export interface Right {
  readonly verb: string;
  /** Of the API; the core group is empty. */
  readonly group: string;
  /** As RBAC writes it: `deployments`, `pods/log`. */
  readonly resource: string;
  /** Absent where the right is one to the whole cluster. */
  readonly namespace?: string;
  /** Only a namespace is asked for by name: an administrator of just this one may see and change it. */
  readonly name?: string;
}

export interface Need {
  readonly apiVersion: string;
  readonly kind: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
}

/** What the facts ask beside the kinds of an installation. */
const surroundings: readonly Need[] = [
  { apiVersion: 'v1', kind: 'Node', verbs: ['list'] },
  { apiVersion: 'v1', kind: 'Namespace', verbs: ['get'] },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', verbs: ['list'] },
];

/** What watching a rollout asks. */
const watching: readonly Need[] = [
  { apiVersion: 'v1', kind: 'Pod', verbs: ['list'] },
  { apiVersion: 'v1', kind: 'Pod', subresource: 'log', verbs: ['get'] },
  { apiVersion: 'v1', kind: 'Event', verbs: ['list'] },
];

/** What it takes to start a service anew that has lost its registration or its devices. */
const mending: readonly Need[] = [{ apiVersion: 'v1', kind: 'Pod', verbs: ['delete'] }];

/** What asking the services takes where that goes through the API server: a verb for each HTTP method. */
const proxying: readonly Need[] = [
  { apiVersion: 'v1', kind: 'Service', subresource: 'proxy', verbs: ['get', 'create', 'update', 'delete'] },
];

/** What the pods take that make directories and try volumes. */
const preparing: readonly Need[] = [{ apiVersion: 'v1', kind: 'Pod', verbs: ['create', 'get', 'delete'] }];

/** What it takes to keep the volumes that a provisioner makes. */
const keeping: readonly Need[] = [{ apiVersion: 'v1', kind: 'PersistentVolume', verbs: ['get', 'patch'] }];

/** What keeps two runs from working at the same time. */
export const locking: readonly Need[] = [
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', verbs: ['get', 'create', 'patch'] },
];

/** What it takes to look at a cluster, before anything is planned. */
export function readRights(namespace: string): readonly Right[] {
  const installation = installationKinds.map(({ apiVersion, kind }) => ({ apiVersion, kind, verbs: ['list'] }));
  return distinct([...surroundings, ...installation].flatMap((need) => rightsOf(need, namespace)));
}

/** What it takes to verify an installation; what a check can do without is left out. */
export function verifyRights(namespace: string, viaProxy: boolean): readonly Right[] {
  const needs = [...watching, ...(viaProxy ? proxying : [])].map((need) => ({
    ...need,
    verbs: need.verbs.filter((verb) => verb === 'get' || verb === 'list'),
  }));
  return distinct([...readRights(namespace), ...needs.flatMap((need) => rightsOf(need, namespace))]);
}

/**
 * All rights that an installation takes, from its changes; drafts of changes will do. Each right once.
 * @param viaProxy the services are asked through the API server's proxy
 */
export function installRights(
  changes: readonly ObjectChange[],
  { namespace, storage }: Pick<Plan, 'namespace' | 'storage'>,
  viaProxy = false,
): readonly Right[] {
  const writes = changes.map(({ ref, action }): Need => ({ ...ref, verbs: writeVerbs[action] }));
  const needs = [
    ...writes,
    ...watching,
    ...mending,
    ...(viaProxy ? proxying : []),
    ...locking,
    ...preparing,
    ...(storage.kind === 'class' ? keeping : []),
  ];
  return distinct([...readRights(namespace), ...needs.flatMap((need) => rightsOf(need, namespace))]);
}

/** A dry run takes the same rights as the deed. Whoever may create must also be able to run this a second time. */
const writeVerbs: Readonly<Record<ObjectChange['action'], readonly string[]>> = {
  created: ['create', 'get', 'patch'],
  changed: ['get', 'patch'],
  unchanged: ['get', 'patch'],
  deleted: ['delete'],
};

/** What a need comes to for a namespace. */
export function rightsOf({ apiVersion, kind, subresource, verbs }: Need, namespace: string): readonly Right[] {
  const { group, resource: plural } = resourceOf(apiVersion, kind);
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const place = kind === 'Namespace' ? { namespace, name: namespace } : isNamespaced(kind) ? { namespace } : {};
  return verbs.map((verb) => ({ verb, group, resource, ...place }));
}

/** Each right once. */
export function distinct(rights: readonly Right[]): readonly Right[] {
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}
