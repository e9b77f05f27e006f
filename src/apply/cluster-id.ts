import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';

/** Every cluster has it from its beginning to its end. */
const lasting = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' } as const;

/**
 * What tells this cluster from any other, also from one that was here before it.
 * @returns undefined where this user may not look
 */
export async function readClusterId(kube: Pick<KubeClient, 'get'>): Promise<string | undefined> {
  try {
    return (await kube.get(lasting))?.metadata.uid;
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}
