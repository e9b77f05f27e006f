import { BootError } from '../base/errors.ts';
import { mapPool } from '../base/pool.ts';
import type { KubeClient } from '../kube/types.ts';
import type { ObjectChange } from '../plan/changes.ts';
import type { Plan } from '../plan/types.ts';
import { installRights, type Right, readRights } from './rights.ts';
import { type RolePlace, renderRoles } from './roles.ts';

/** The reviews are cheap; the API server takes as many at once from one user. */
const parallel = 16;

/**
 * Asks the cluster for every right that these changes take, so that a missing one is told before the first write.
 * @param viaProxy the services are asked through the API server's proxy
 * @throws BootError `cluster` with all rights that are missing, and the roles that would grant them
 */
export async function checkAccess(
  changes: readonly ObjectChange[],
  plan: Pick<Plan, 'namespace' | 'storage'>,
  kube: KubeClient,
  viaProxy = false,
): Promise<void> {
  const isNew = changes.some(({ ref, action }) => ref.kind === 'Namespace' && action === 'created');
  await requireRights(installRights(changes, plan, viaProxy), { name: plan.namespace, exists: !isNew }, kube);
}

/**
 * The same for what it takes to look at the cluster: when that is denied there is no plan yet.
 * @throws BootError `cluster` as {@link checkAccess}
 */
export async function checkReadAccess(namespace: string, kube: KubeClient): Promise<void> {
  await requireRights(readRights(namespace), { name: namespace, exists: true }, kube);
}

/**
 * Asks the cluster for these rights.
 * @param namespace for the roles that would grant what is missing
 * @throws BootError `cluster` as {@link checkAccess}
 */
export async function requireRights(rights: readonly Right[], namespace: RolePlace, kube: KubeClient): Promise<void> {
  const missing = await findMissing(rights, kube);
  if (missing.length === 0) return;
  throw new BootError({
    exit: 'cluster',
    object: kube.source,
    cause: `its user lacks ${missing.length === 1 ? 'a right' : `${missing.length} rights`} that this takes`,
    evidence: describeMissing(missing, namespace),
    hint: 'Have an administrator apply these roles and bind them to the user, or take another kubeconfig with --kubeconfig.',
  });
}

/** Those of these rights that the cluster doesn't grant. */
export async function findMissing(
  rights: readonly Right[],
  kube: Pick<KubeClient, 'create'>,
): Promise<readonly Right[]> {
  const answers = await mapPool(rights, parallel, (right) => isAllowed(right, kube));
  return rights.filter((_, index) => !answers[index]);
}

/** Missing rights, and the roles that would grant them. As a whole it can be applied: what isn't YAML is a comment. */
export function describeMissing(missing: readonly Right[], namespace: RolePlace): readonly string[] {
  return [...inWords(missing).map((line) => `# ${line}`), ...renderRoles(missing, namespace).trimEnd().split('\n')];
}

async function isAllowed(
  { namespace, name, verb, group, resource }: Right,
  kube: Pick<KubeClient, 'create'>,
): Promise<boolean> {
  const [plural, subresource] = resource.split('/');
  const review = await kube.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: { verb, group, resource: plural, subresource, namespace, name } },
  });
  return (review.status as { readonly allowed?: boolean } | undefined)?.allowed === true;
}

/** One line for each resource: `create, patch services in namespace edgex`, `list nodes`. */
function inWords(rights: readonly Right[]): readonly string[] {
  const places = Map.groupBy(rights, ({ group, resource, namespace, name }) => {
    const full = group === '' ? resource : `${resource}.${group}`;
    if (name !== undefined) return `${full} ${name}`;
    return namespace === undefined ? full : `${full} in namespace ${namespace}`;
  });
  return [...places].map(([place, each]) => `${each.map(({ verb }) => verb).join(', ')} ${place}`);
}
