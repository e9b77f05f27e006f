import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import { isBootError } from '../../base/errors.ts';
import type { BrokerAddress } from '../../mqtt/address.ts';
import type { Broker } from '../../mqtt/client.ts';
import type { Silence } from '../../verify/export-trial.ts';
import { readPods } from '../../verify/pods.ts';
import type { TrialContext } from './context.ts';
import { tryFromPod } from './pod-reach.ts';
import type { ExportService } from './service.ts';

/** What is known when no event comes. */
export interface SilentExport {
  readonly service: ExportService;
  readonly address: BrokerAddress;
  readonly topic: string;
  /** Our own connection. */
  readonly broker: Broker;
}

const tailLines = 10;
/** What a broker passes on is back within some milliseconds. */
const canaryMs = 2_000;
const pollMs = 50;

/** Looks for the reason why no event comes, from both ends of the way. */
export async function explainSilence(
  context: TrialContext,
  { service, address, topic, broker }: SilentExport,
): Promise<Silence> {
  const [podReach, log, canary] = await Promise.all([
    tryFromPod(context, address),
    readLog(context, service.name),
    sendCanary(context, broker, topic),
  ]);
  return { podReach, log, canary, isComplaining: log.some((line) => line.includes(service.exports.unreachable)) };
}

/** What can't be had is told in its place: nothing may hide the failure itself. */
async function readLog({ kube, plan: { namespace } }: TrialContext, service: string): Promise<readonly string[]> {
  try {
    const [pod] = (await readPods(kube, namespace)).get(service) ?? [];
    if (!pod) return [`${service}: it has no pod`];
    const log = await kube.logs(namespace, pod.metadata.name, service, { tailLines });
    return [
      `log of ${service}:`,
      ...log
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => `  ${line}`),
    ];
  } catch (error) {
    if (!isBootError(error)) throw error;
    return [`log of ${service}: not to be had: ${error.details.cause}`];
  }
}

/** Sends a message of our own, since a broker may take a subscription and silently pass nothing on. */
async function sendCanary(
  { program: { signal } }: TrialContext,
  broker: Broker,
  topic: string,
): Promise<Silence['canary']> {
  const canary = JSON.stringify({ canary: `edgex-boot ${randomUUID()}` });
  let isHeard = false;
  try {
    await broker.subscribe(topic, ({ payload }) => {
      isHeard ||= payload === canary;
    });
    await broker.publish(topic, canary);
  } catch (error) {
    if (!isBootError(error) || signal.aborted) throw error;
    return 'unknown';
  }
  const deadlineMs = systemClock.now() + canaryMs;
  while (!isHeard && systemClock.now() < deadlineMs) await systemClock.sleep(pollMs, signal);
  return isHeard ? 'heard' : 'unheard';
}
