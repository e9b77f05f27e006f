import { type BootError, isBootError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/types.ts';

/**
 * The cluster, or where there is no kubeconfig yet one that answers every call with that error: then a check of the
 * cluster tells it, and those of the machine, on which the cluster is to be, are carried out.
 * @throws BootError as `open`, but for exit `cluster`
 */
export function orAbsent(open: () => KubeClient): KubeClient {
  try {
    return open();
  } catch (error) {
    if (!isBootError(error) || error.details.exit !== 'cluster') throw error;
    return absentCluster(error);
  }
}

function absentCluster(error: BootError): KubeClient {
  const refuse = (): Promise<never> => Promise.reject(error);
  return {
    // By this the machine knows that it is the one.
    server: 'https://localhost',
    source: error.details.object,
    writes: () => 0,
    requests: () => 0,
    get: refuse,
    list: refuse,
    apply: refuse,
    create: refuse,
    patch: refuse,
    delete: refuse,
    logs: refuse,
    exec: refuse,
    raw: refuse,
    proxy: refuse,
  };
}
