import { systemClock } from '../base/clock.ts';
import type { Emit } from '../base/events.ts';
import { loadDistributions } from '../facts/distributions.ts';
import { findKubeconfig } from '../facts/kubeconfig.ts';
import { kubeconfigSecrets } from '../facts/kubeconfig-secrets.ts';
import { localMachine } from '../facts/machine.ts';
import { openCluster } from '../kube/client.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Options } from '../options/resolve.ts';
import type { Program } from './program.ts';

/**
 * The cluster that the options mean. Sends nothing yet; what the kubeconfig keeps secret is not printed from here on.
 * @throws BootError `cluster` when there is no kubeconfig, or none that can be used; `usage` for a context that isn't there.
 */
export function connect(options: Options, { env, signal, secrets }: Program, emit: Emit): KubeClient {
  const { kubeconfig: path, context } = options;
  const kubeconfig = findKubeconfig(
    { ...(path === undefined ? {} : { path }), ...(context === undefined ? {} : { context }) },
    localMachine(env),
    loadDistributions(),
  );
  for (const secret of kubeconfigSecrets(kubeconfig)) secrets.add(secret);
  emit({ type: 'fact', name: 'kubeconfig', value: `${kubeconfig.source}, context ${kubeconfig.context}` });
  return openCluster(kubeconfig, { clock: systemClock, signal, emit });
}
