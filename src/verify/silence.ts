import { isBootError } from '../base/errors.ts';
import type { Pod } from '../base/kube-types.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Plan, PlannedService } from '../plan/types.ts';
import { containerOf, readPods } from './pods.ts';

const tailLines = 10;

/** What is known about the services that should send events, when none arrives: how often each ended, and its log. */
export async function describeSilence(
  { services, namespace }: Plan,
  kube: Pick<KubeClient, 'list' | 'logs'>,
): Promise<readonly string[]> {
  const pods = await readPods(kube, namespace);
  const lines = services
    .filter(({ row }) => row.devices !== undefined)
    .map(async (service) => {
      const [pod] = pods.get(service.name) ?? [];
      return pod ? describePod(service, pod, kube) : [`${service.name}: it has no pod`];
    });
  return (await Promise.all(lines)).flat();
}

async function describePod(
  { name }: PlannedService,
  pod: Pod,
  kube: Pick<KubeClient, 'logs'>,
): Promise<readonly string[]> {
  const { restartCount = 0, lastState } = containerOf(pod) ?? {};
  const lines = await readLog(kube, pod, name, restartCount > 0);
  const code = lastState?.terminated?.exitCode;
  return [
    ...(restartCount > 0 ? [`${name} has ended (restarts: ${restartCount}), at last with exit code ${code}`] : []),
    `log of ${name}${restartCount > 0 ? ', last run' : ''}:${lines.length === 0 ? ' empty' : ''}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

/** What can't be had is told in its place: nothing may hide the failure itself. */
async function readLog(
  kube: Pick<KubeClient, 'logs'>,
  { metadata: { name, namespace = '' } }: Pod,
  container: string,
  previous: boolean,
): Promise<readonly string[]> {
  try {
    const log = await kube.logs(namespace, name, container, { tailLines, previous });
    return log.split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    if (!isBootError(error)) throw error;
    return [`not to be had: ${error.details.cause}`];
  }
}
