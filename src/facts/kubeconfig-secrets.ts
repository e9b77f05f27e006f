import * as z from 'zod';
import type { Kubeconfig } from '../kube/types.ts';

const schema = z.object({ users: z.array(z.object({ user: z.record(z.string(), z.unknown()) })) });

/** What of a user's entry is secret by itself. Files that it names are read where the requests are made. */
const secretFields = ['token', 'password', 'client-key-data'];

/** The secrets that a kubeconfig holds, so that they are taken out of whatever is printed. */
export function kubeconfigSecrets({ document }: Kubeconfig): readonly string[] {
  const { users } = schema.parse(JSON.parse(document));
  return users.flatMap(({ user }) =>
    secretFields.flatMap((field) => {
      const value = user[field];
      return typeof value === 'string' && value !== '' ? [value] : [];
    }),
  );
}
