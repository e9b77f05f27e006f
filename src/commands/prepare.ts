import { type ObjectChange, previewChanges } from '../apply/preview.ts';
import type { Emit } from '../base/events.ts';
import { chooseReach, type Reach } from '../consul/reach.ts';
import type { ClusterFacts, InstalledFacts } from '../facts/types.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Options } from '../options/resolve.ts';
import { chooseArchitecture } from '../plan/architecture.ts';
import { makePlan } from '../plan/plan.ts';
import { requirePodSecurity } from '../plan/pod-security.ts';
import { exampleSettings } from '../plan/site-settings.ts';
import { describePlace } from '../plan/storage-wish.ts';
import type { Plan } from '../plan/types.ts';
import { connect } from './connect.ts';
import { readFacts } from './facts.ts';
import type { Program } from './program.ts';
import { type LoadedRelease, loadRelease } from './release.ts';

/** What stands before anything is written: the facts, the plan made from them, and what it would change. */
export interface Prepared extends LoadedRelease {
  readonly kube: KubeClient;
  /** The way to the services. */
  readonly reach: Reach;
  readonly cluster: ClusterFacts;
  readonly installed: InstalledFacts;
  readonly plan: Plan;
  readonly changes: readonly ObjectChange[];
}

/** Finds the cluster, and may wait for it. */
export type Connect = (options: Options, program: Program, emit: Emit) => KubeClient | Promise<KubeClient>;

/**
 * The stages that only read: facts, plan, and the preview of its changes.
 * @throws BootError `cluster` when it can't be reached or denies, `usage` or `preflight` when the options don't fit.
 */
export async function prepare(
  options: Options,
  program: Program,
  emit: Emit,
  open: Connect = connect,
): Promise<Prepared> {
  const loaded = loadRelease(options);
  const { overrides } = loaded;
  emit({ type: 'stage', stage: 'facts', message: 'looking at the cluster' });
  const kube = await open(options, program, emit);
  const [facts, reach] = await Promise.all([
    readFacts(kube, options.namespace),
    chooseReach(kube, options.namespace, options.reach),
  ]);
  const { cluster, installed } = facts;
  emit({ type: 'fact', name: 'cluster', value: describeCluster(cluster) });
  emit({ type: 'fact', name: 'reach', value: reach.way === 'direct' ? 'ClusterIPs' : "the API server's proxy" });

  emit({ type: 'stage', stage: 'plan', message: 'planning' });
  const plan = makePlan({
    ...loaded,
    namespace: options.namespace,
    database: options.database,
    architecture: chooseArchitecture(cluster, loaded.release, installed),
    with: options.with,
    without: options.without,
    storage: options.storage,
    size: options.size,
    origins: options.origins,
    facts,
  });
  emit({ type: 'fact', name: 'database', value: plan.database });
  emit({ type: 'fact', name: 'storage', value: describeStorage(plan) });
  for (const message of plan.storage.warnings ?? []) emit({ type: 'warning', object: 'storage', message });
  for (const { service, setting } of exampleSettings(plan.services, overrides)) {
    emit({
      type: 'warning',
      object: service,
      message: `${setting} is an example of the release, which works on no other site`,
      hint: `Give it your own with --set ${setting}=VALUE.`,
    });
  }
  for (const object of loaded.firstStartOnly ?? []) {
    emit({
      type: 'warning',
      object,
      message: 'the service takes it at its first start only, when it writes its own settings into Consul',
      hint: 'If it has started before, change the setting there.',
    });
  }
  const changes = await previewChanges(plan, installed, { kube, forceConflicts: options.forceConflicts });
  requirePodSecurity(changes, plan, installed);
  return { ...loaded, kube, reach, cluster, installed, plan, changes };
}

function describeCluster({ version, distribution, nodes }: ClusterFacts): string {
  const kind = distribution === 'other' ? 'Kubernetes' : distribution;
  return `${kind} ${version}, ${nodes.length === 1 ? `node ${nodes[0]?.name}` : `${nodes.length} nodes`}`;
}

function describeStorage({ storage }: Plan): string {
  return `${describePlace(storage)} (${storage.reason})`;
}
