import type { KubeObject } from '../../base/kube-types.ts';
import { mapPool } from '../../base/pool.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { Plan } from '../../plan/types.ts';
import type { ServiceFacts } from '../../verify/facts.ts';
import type { Cause } from '../../wait/causes.ts';
import { diagnose } from '../../wait/diagnose.ts';
import type { Verdict } from '../../wait/judge.ts';
import { readiness } from '../../wait/readiness.ts';
import { groupViews, type ServiceView } from '../../wait/views.ts';
import { describeFinding } from '../../wait/words.ts';

const diagnosesAtOnce = 4;

/**
 * What the cluster shows of every service, and of those that aren't ready why, with what their logs and events say.
 * @param objects of the namespace: Deployments and Services
 */
export async function readServices(
  { services, namespace }: Plan,
  objects: readonly KubeObject[],
  kube: Pick<KubeClient, 'list' | 'logs'>,
  causes: readonly Cause[],
): Promise<readonly ServiceFacts[]> {
  const [pods, events] = await Promise.all([
    kube.list('v1', 'Pod', { namespace }),
    kube.list('v1', 'Event', { namespace }),
  ]);
  const ofKind = (kind: string) =>
    objects.filter((object) => object.kind === kind && object.metadata.namespace === namespace);
  const views = groupViews(services, namespace, { deployments: ofKind('Deployment'), pods, events });
  const kubeServices = new Map(ofKind('Service').map((object) => [object.metadata.name, object]));
  return mapPool(views, diagnosesAtOnce, async (view, index): Promise<ServiceFacts> => {
    const state = readiness(view, causes);
    const { deployment, pod } = view;
    const planned = services[index];
    const service = kubeServices.get(view.service);
    if (!planned) throw new Error(`no service ${view.service} in the plan`);
    const isStopped = !deployment || deployment.spec.replicas === 0;
    return {
      planned,
      ...(deployment ? { deployment } : {}),
      ...(service ? { service } : {}),
      ...(pod ? { pod } : {}),
      isReady: state.state === 'ready',
      ...(state.state === 'ready' ? { readySinceMs: state.sinceMs } : {}),
      ...(state.state !== 'ready' && !isStopped ? { trouble: await troubleOf(view, kube, causes) } : {}),
    };
  });
}

async function troubleOf(
  view: ServiceView,
  kube: Pick<KubeClient, 'logs'>,
  causes: readonly Cause[],
): Promise<NonNullable<ServiceFacts['trouble']>> {
  const state = readiness(view, causes);
  const finding = 'finding' in state ? state.finding : undefined;
  const verdict: Verdict = {
    service: view.service,
    state: 'starting',
    reason: finding ? describeFinding(finding, view) : (waitsFor(view) ?? `it is ${state.state}`),
    ...(finding ? { finding } : {}),
  };
  const [diagnosis] = await diagnose([verdict], [view], kube, causes);
  return {
    cause: diagnosis?.verdict.reason ?? 'it is not ready',
    evidence: diagnosis?.evidence ?? [],
    ...(diagnosis?.hint === undefined ? {} : { hint: diagnosis.hint }),
  };
}

function waitsFor({ isAtGates, needs }: ServiceView): string | undefined {
  return isAtGates
    ? `it waits for what it needs: ${needs.map(({ description }) => description).join(', ')}`
    : undefined;
}
