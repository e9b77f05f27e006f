import { distinct, locking, type Need, type Right, rightsOf, verifyRights } from './rights.ts';

/** What copying volumes takes. Before Kubernetes 1.35 a command over a WebSocket is a `get`, since then a `create`. */
const copying: readonly Need[] = [
  { apiVersion: 'v1', kind: 'Pod', verbs: ['create', 'delete', 'get', 'list'] },
  { apiVersion: 'v1', kind: 'Pod', subresource: 'exec', verbs: ['create', 'get'] },
];

/** What stopping services and starting them again takes. */
const pausing: readonly Need[] = [{ apiVersion: 'apps/v1', kind: 'Deployment', verbs: ['patch'] }];

/** What marking an inventory takes whose volumes are being replaced. */
const marking: readonly Need[] = [{ apiVersion: 'v1', kind: 'ConfigMap', verbs: ['patch'] }];

/** The rights that it takes to fill volumes, beside those of an installation. */
export function restoreRights(namespace: string): readonly Right[] {
  return distinct([...copying, ...marking].flatMap((need) => rightsOf(need, namespace)));
}

/** All rights that a backup takes. Each right once. */
export function backupRights(namespace: string, viaProxy: boolean): readonly Right[] {
  const needs = [...locking, ...pausing, ...copying].flatMap((need) => rightsOf(need, namespace));
  return distinct([...verifyRights(namespace, viaProxy), ...needs]);
}
