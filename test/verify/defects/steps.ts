import { boot, eventually, podStates } from '../../support/boot.ts';
import { allReady, ask } from '../../support/services.ts';
import type { Site } from './types.ts';

/** Steps of which defects and their repairs are made. */

export const consul = 'edgex-core-consul';
export const redis = 'edgex-redis';
export const data = 'edgex-core-data';
export const metadata = 'edgex-core-metadata';
export const command = 'edgex-core-command';
export const logging = 'edgex-support-logging';
export const notifications = 'edgex-support-notifications';
export const scheduler = 'edgex-support-scheduler';
export const appService = 'edgex-app-service-configurable-rules';
export const deviceService = 'edgex-device-virtual';

type Step = (site: Site) => Promise<unknown>;

/** One after another. */
export function all(...steps: readonly Step[]): Step {
  return async (site) => {
    for (const step of steps) await step(site);
  };
}

export function kubectl(...args: readonly string[]): Step {
  return (site) => site.kubectl(...args);
}

/** Replaces parts of an object, as kubectl's JSON patch. */
export function jsonPatch(object: string, ...operations: readonly object[]): Step {
  return (site) => site.kubectl('patch', object, '--type=json', '-p', JSON.stringify(operations));
}

/** Scales a service, and waits until its pods are gone or ready. */
export function scaled(service: string, replicas: 0 | 1): Step {
  return async ({ kubectl: run, lab, namespace }) => {
    await run('scale', `deployment/${service}`, `--replicas=${replicas}`);
    if (replicas === 1) await allReady(lab, namespace, [service]);
    else {
      await eventually(
        `${service} is gone`,
        () => podStates(lab, namespace),
        (pods) => pods.every((pod) => pod.service !== service),
      );
    }
  };
}

/** Does what makes a service's pod anew, and waits until the former one is gone and the next one is there. */
export function replaced(service: string, step: Step): Step {
  return async (site) => {
    const own = async () => (await podStates(site.lab, site.namespace)).filter((pod) => pod.service === service);
    const former = (await own()).map(({ uid }) => uid);
    await step(site);
    await eventually(
      `${service} has another pod`,
      own,
      (pods) => pods.length > 0 && pods.every(({ uid }) => !former.includes(uid)),
      90_000,
    );
  };
}

/** Changes a service's Deployment, and waits for the pod that comes of it. */
export function patched(service: string, ...operations: readonly object[]): Step {
  return replaced(service, jsonPatch(`deployment/${service}`, ...operations));
}

/** Sets what a stand-in does wrong, or takes it away. */
export function fault(service: string, name?: string): Step {
  const change = name === undefined ? 'STANDIN_FAULT-' : `STANDIN_FAULT=${name}`;
  return replaced(service, kubectl('set', 'env', `deployment/${service}`, change));
}

/** Waits until a container has been running for so long. */
export function runsFor(service: string, ms: number): Step {
  return async ({ lab, namespace }) => {
    await eventually(
      `${service} runs`,
      () => podStates(lab, namespace),
      (pods) =>
        pods.some(
          (pod) => pod.service === service && pod.startedAt !== '' && Date.now() - Date.parse(pod.startedAt) > ms,
        ),
      90_000,
    );
  };
}

/** Waits until a service has been started again so often. */
export function restarted(service: string, times: number): Step {
  return async ({ lab, namespace }) => {
    await eventually(
      `${service} has restarted`,
      () => podStates(lab, namespace),
      (pods) => pods.some((pod) => pod.service === service && pod.restarts >= times),
      90_000,
    );
  };
}

export function ready(...services: readonly string[]): Step {
  return async ({ lab, namespace }) => {
    await allReady(lab, namespace, services);
  };
}

/** Takes a service's pod away and waits for the next one. */
export function renewed(service: string): Step {
  return async ({ kubectl: run, lab, namespace }) => {
    await run('delete', 'pod', '-l', `org.edgexfoundry.service=${service}`, '--timeout=60s');
    await allReady(lab, namespace, [service]);
  };
}

export function pause(ms: number): Step {
  return () => new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks Consul by HTTP. */
export function consulAsk(method: string, path: string, body?: string): Step {
  return ({ lab, namespace }) => ask(lab, namespace, consul, path, { method, ...(body === undefined ? {} : { body }) });
}

/** Gives a key of Consul another value. */
export function keySet(key: string, value: string): Step {
  return consulAsk('PUT', `/v1/kv/${key}`, value);
}

export function redisCli(...words: readonly string[]): Step {
  return kubectl('exec', `deployment/${redis}`, '--', 'redis-cli', ...words);
}

/** What a person would do: the same installation once more. */
export const installed: Step = async ({ lab, namespace, args }) => {
  const run = await boot(lab, ['install', '--namespace', namespace, '--output', 'json', '--force-conflicts', ...args]);
  if (run.code !== 0) throw new Error(`install: ${run.code}\n${run.stdout.slice(-3_000)}\n${run.stderr}`);
};
