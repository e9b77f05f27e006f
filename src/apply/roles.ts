import { stringify } from 'yaml';
import type { Right } from './rights.ts';

const roleName = 'edgex-boot';
const rbacApi = 'rbac.authorization.k8s.io/v1';

export interface RolePlace {
  readonly name: string;
  readonly exists: boolean;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * The roles that grant these rights, as YAML for `kubectl apply -f` by an administrator: a ClusterRole for what stands
 * outside of the namespace, a Role for what is in it. A namespace that is missing comes along, since a Role needs it;
 * then nobody needs the right to make namespaces.
 */
export function renderRoles(rights: readonly Right[], namespace: RolePlace): string {
  const isInside = (right: Right): boolean => right.namespace !== undefined && right.name === undefined;
  const isSpared = ({ name, verb }: Right): boolean => !namespace.exists && name !== undefined && verb !== 'get';
  const inside = rulesOf(rights.filter(isInside));
  const outside = rulesOf(rights.filter((right) => !isInside(right) && !isSpared(right)));
  const objects = [
    ...(namespace.exists ? [] : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } }]),
    ...(outside.length > 0
      ? [{ apiVersion: rbacApi, kind: 'ClusterRole', metadata: { name: roleName }, rules: outside }]
      : []),
    ...(inside.length > 0
      ? [{ apiVersion: rbacApi, kind: 'Role', metadata: { name: roleName, namespace: namespace.name }, rules: inside }]
      : []),
  ];
  const binding = [
    ...(outside.length > 0
      ? [`# kubectl create clusterrolebinding ${roleName} --clusterrole=${roleName} --user=NAME\n`]
      : []),
    ...(inside.length > 0
      ? [`# kubectl -n ${namespace.name} create rolebinding ${roleName} --role=${roleName} --user=NAME\n`]
      : []),
  ];
  return `${objects.map((object) => stringify(object)).join('---\n')}${binding.join('')}`;
}

/** Rights to one resource in one rule, and resources with the same verbs together. */
function rulesOf(rights: readonly Right[]): readonly Rule[] {
  const byResource = Map.groupBy(rights, ({ group, resource }) => `${group}/${resource}`);
  const rows = [...byResource.values()].map((each) => ({
    group: each[0]?.group ?? '',
    resource: each[0]?.resource ?? '',
    verbs: each.map(({ verb }) => verb).toSorted(),
  }));
  const byVerbs = Map.groupBy(rows, ({ group, verbs }) => `${group}/${verbs.join()}`);
  return [...byVerbs.values()].map((each) => ({
    apiGroups: [each[0]?.group ?? ''],
    resources: each.map(({ resource }) => resource),
    verbs: each[0]?.verbs ?? [],
  }));
}
