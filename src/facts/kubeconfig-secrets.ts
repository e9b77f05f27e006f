import type { Kubeconfig } from '../kube/types.ts';

/** What of a user's entry is secret by itself, at whatever depth. */
const secretFields: ReadonlySet<string> = new Set([
  'token',
  'password',
  'client-key-data',
  'access-token',
  'refresh-token',
  'id-token',
  'client-secret',
]);

/**
 * The secrets that a kubeconfig holds, so that they are taken out of whatever is printed. Those in files that it names
 * are not among them.
 */
export function kubeconfigSecrets({ document }: Kubeconfig): readonly string[] {
  const { users } = JSON.parse(document) as { readonly users: unknown };
  return secretsIn(users);
}

function secretsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([field, inner]) =>
    typeof inner === 'string' && secretFields.has(field) ? [inner] : secretsIn(inner),
  );
  return found.filter((secret) => secret !== '');
}
