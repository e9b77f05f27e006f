import { hasK3s, installK3s } from '../apply/k3s.ts';
import { systemClock } from '../base/clock.ts';
import { isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { loadDistributions } from '../facts/distributions.ts';
import { findKubeconfig } from '../facts/kubeconfig.ts';
import { kubeconfigSecrets } from '../facts/kubeconfig-secrets.ts';
import { localMachine } from '../facts/machine.ts';
import { systemFiles } from '../facts/system-files.ts';
import { readMachineIds } from '../facts/this-node.ts';
import { openCluster } from '../kube/client.ts';
import { openPace } from '../kube/pace.ts';
import type { TransportOptions } from '../kube/transport.ts';
import type { KubeClient, Kubeconfig } from '../kube/types.ts';
import type { Options } from '../options/resolve.ts';
import { awaitCluster } from '../wait/cluster.ts';
import { clusterStages } from '../wait/cluster-stages.ts';
import type { Program } from './program.ts';

/** On the first boot of a small node k3s takes minutes to come up. */
const unattendedWaitMs = 600_000;
/** What even a small board's API server hardly notices. */
const throttledPerSecond = 20;

/**
 * The cluster that the options mean. Sends nothing yet; what the kubeconfig keeps secret is not printed from here on.
 * @throws BootError `cluster` when there is no kubeconfig, or none that can be used; `usage` for a context that isn't there.
 */
export function connect(
  options: Options,
  program: Program,
  emit: Emit,
  limits: Pick<TransportOptions, 'timeoutMs' | 'pace'> = {},
): KubeClient {
  const kubeconfig = locate(options, program);
  emit({ type: 'fact', name: 'kubeconfig', value: `${kubeconfig.source}, context ${kubeconfig.context}` });
  return openCluster(kubeconfig, { clock: systemClock, signal: program.signal, emit, ...limits });
}

/**
 * The same, once the cluster is up: where nobody watches, or as long as `--wait-cluster` says.
 * @throws BootError as {@link connect} and `awaitCluster`
 */
export async function connectWhenUp(options: Options, program: Program, emit: Emit): Promise<KubeClient> {
  const { signal, stderr } = program;
  const limits = options.throttle ? { pace: openPace(throttledPerSecond, systemClock) } : {};
  const isComing = await ensureK3s(options, program, emit);
  const waitMs = options.waitClusterMs ?? (stderr.isTerminal && !isComing ? 0 : unattendedWaitMs);
  if (waitMs > 0) {
    const className = /^class:(.+)$/.exec(options.storage)?.[1];
    const stages = clusterStages(openEachTime(options, program, limits), () => readMachineIds(systemFiles), className);
    await awaitCluster(stages, { clock: systemClock, signal, emit, deadlineMs: systemClock.now() + waitMs });
  }
  return connect(options, program, emit, limits);
}

/**
 * Installs k3s where it was asked for and nothing that could be a cluster is found.
 * @returns whether k3s may still be on its way
 */
async function ensureK3s(options: Options, program: Program, emit: Emit): Promise<boolean> {
  const { withK3s: source, site } = options;
  if (source === undefined || findsKubeconfig(options, program)) return false;
  if (hasK3s()) return true;
  emit({ type: 'stage', stage: 'facts', message: 'no cluster is here: installing k3s' });
  await installK3s(source, {
    root: '/',
    env: program.env,
    signal: program.signal,
    wantsIngress: site?.site.exposure?.kind === 'Ingress',
    tell: (message) => emit({ type: 'fact', name: 'k3s', value: message }),
  });
  return true;
}

function findsKubeconfig(options: Options, program: Program): boolean {
  try {
    locate(options, program);
    return true;
  } catch (error) {
    if (isBootError(error) && error.details.exit === 'cluster' && !error.details.isLasting) return false;
    throw error;
  }
}

/** Opens what is found anew only when it is another one. Disturbances are what the wait is about, so they aren't told. */
function openEachTime(options: Options, program: Program, limits: Pick<TransportOptions, 'pace'>): () => KubeClient {
  let open: { readonly document: string; readonly kube: KubeClient } | undefined;
  return () => {
    const kubeconfig = locate(options, program);
    if (open?.document !== kubeconfig.document) {
      const kube = openCluster(kubeconfig, { clock: systemClock, signal: program.signal, ...limits });
      open = { document: kubeconfig.document, kube };
    }
    return open.kube;
  };
}

function locate({ kubeconfig: path, context }: Options, { env, secrets }: Program): Kubeconfig {
  const kubeconfig = findKubeconfig(
    { ...(path === undefined ? {} : { path }), ...(context === undefined ? {} : { context }) },
    localMachine(env),
    loadDistributions(),
  );
  for (const secret of kubeconfigSecrets(kubeconfig)) secrets.add(secret);
  return kubeconfig;
}
