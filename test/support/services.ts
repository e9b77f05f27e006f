import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../../src/plan/labels.ts';
import type { Lab } from '../lab/lab.ts';
import { boot, eventually, type PodState, podStates } from './boot.ts';
import { fuji } from './fuji.ts';

/** What a test does with the services of an installation in the lab. */

const release = fuji();

/** The names of the release's virtual devices. */
export const devices = Object.values(release.services).flatMap((row) => Object.keys(row.devices ?? {}));

/** The options of a small installation: what is left out is optional, but for these. */
export function smallWith(database: string, ...wanted: readonly string[]): readonly string[] {
  const optional = Object.values(release.services).filter((row) => row.optional === 'installed');
  const left = optional.flatMap(({ alias }) => (alias === undefined || wanted.includes(alias) ? [] : [alias]));
  return ['--database', database, '--without', left.join()];
}

export interface Question {
  readonly method?: string;
  readonly body?: string;
}

/** Asks a service on its main port, by its ClusterIP. Throws on another answer than 200. */
export async function ask(
  lab: Lab,
  namespace: string,
  service: string,
  path: string,
  question: Question = {},
): Promise<string> {
  const address = await lab.kubectl(['get', 'service', service, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}']);
  const port = release.services[service]?.ports[0]?.port;
  const response = await fetch(`http://${address}:${port}${path}`, {
    ...question,
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${service}${path}: ${response.status} ${text}`);
  return text;
}

const consul = 'edgex-core-consul';

/** Every key of Consul with its ModifyIndex. */
export async function keyVersions(lab: Lab, namespace: string): Promise<Readonly<Record<string, number>>> {
  const entries = JSON.parse(await ask(lab, namespace, consul, '/v1/kv/?recurse')) as readonly Entry[];
  return Object.fromEntries(entries.map(({ Key, ModifyIndex }) => [Key, ModifyIndex]));
}

interface Entry {
  readonly Key: string;
  readonly ModifyIndex: number;
}

export function readKey(lab: Lab, namespace: string, key: string): Promise<string> {
  return ask(lab, namespace, consul, `/v1/kv/${key}?raw`);
}

export async function writeKey(lab: Lab, namespace: string, key: string, value: string): Promise<void> {
  await ask(lab, namespace, consul, `/v1/kv/${key}`, { method: 'PUT', body: value });
}

/** Deletes every key with this beginning. */
export async function deleteKeys(lab: Lab, namespace: string, prefix: string): Promise<void> {
  await ask(lab, namespace, consul, `/v1/kv/${prefix}?recurse`, { method: 'DELETE' });
}

/** Our objects with their versions; pods are their controllers' matter. */
export async function objectVersions(lab: Lab, namespace: string): Promise<Readonly<Record<string, string>>> {
  const selector = ['-l', `${managedByLabel}=${managedByValue}`, '-o', 'json'];
  const inside = ['get', 'deployments,services,configmaps,persistentvolumeclaims', '-n', namespace, ...selector];
  const lists = await Promise.all([
    lab.kubectl(inside),
    lab.kubectl(['get', 'namespaces,persistentvolumes', ...selector]),
  ]);
  const objects = lists.flatMap((list) => (JSON.parse(list) as { items: readonly KubeObject[] }).items);
  const ours = objects.filter(({ metadata }) => metadata.namespace === namespace || metadata.name.includes(namespace));
  return Object.fromEntries(
    ours.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion ?? '']),
  );
}

/** Sets a service's replicas and waits until its pods are there, or gone. */
export async function scale(lab: Lab, namespace: string, service: string, replicas: 0 | 1): Promise<void> {
  await lab.kubectl(['scale', `deployment/${service}`, '-n', namespace, `--replicas=${replicas}`]);
  await eventually(
    `${service} has ${replicas} replicas`,
    () => podsOf(lab, namespace, service),
    (pods) => pods.length === replicas,
  );
}

/** Deletes the pods of a service, or all of them, and waits until they are gone. */
export async function deletePods(lab: Lab, namespace: string, service?: string): Promise<void> {
  const which = service === undefined ? ['--all'] : ['-l', `${serviceLabel}=${service}`];
  await lab.kubectl(['delete', 'pods', '-n', namespace, ...which, '--timeout=60s']);
}

export async function podsOf(lab: Lab, namespace: string, service: string): Promise<readonly PodState[]> {
  return (await podStates(lab, namespace)).filter((pod) => pod.service === service);
}

/** Waits until each of these services, or each there is, has one pod and that one is ready. */
export function allReady(lab: Lab, namespace: string, services?: readonly string[]): Promise<readonly PodState[]> {
  return eventually(
    `ready: ${services?.join(', ') ?? 'all'}`,
    () => podStates(lab, namespace),
    (pods) =>
      pods.length > 0 &&
      pods.every(({ isReady, service }) => isReady || !(services?.includes(service) ?? true)) &&
      (services ?? []).every((service) => pods.filter((pod) => pod.service === service).length === 1),
    120_000,
  );
}

interface Workload extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Plants a fault in the stand-in of a service, or takes it out again: somebody else applies the Deployment that `install`
 * would, with one variable more. The field is theirs, so `install` leaves it. Makes the namespace when it is missing.
 * @param args the options of the installation
 */
export async function plantFault(
  lab: Lab,
  namespace: string,
  service: string,
  fault: string | undefined,
  args: readonly string[],
): Promise<void> {
  const { stdout } = await boot(lab, ['render', '--namespace', namespace, '--output', 'json', ...args]);
  const { items } = JSON.parse(stdout) as { items: readonly Workload[] };
  const workload = items.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === service);
  if (!workload) throw new Error(`${service} is no part of the installation`);
  const { template } = workload.spec;
  const [container, ...others] = template.spec.containers;
  if (!container) throw new Error(`${service} has no container`);
  const more = fault === undefined ? [] : [{ name: 'STANDIN_FAULT', value: fault }];
  const containers = [{ ...container, env: [...(container.env ?? []), ...more] }, ...others];
  const planted = {
    ...workload,
    spec: { ...workload.spec, template: { ...template, spec: { ...template.spec, containers } } },
  };
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, planted],
  };
  await lab.kubectl(['apply', '--server-side', '--field-manager=fault', '-f', '-'], JSON.stringify(list));
}

/** The fault that a service's Deployment has now. */
export async function plantedFault(lab: Lab, namespace: string, service: string): Promise<string | undefined> {
  const text = await lab.kubectl(['get', 'deployment', service, '-n', namespace, '-o', 'json']);
  const [container] = (JSON.parse(text) as Workload).spec.template.spec.containers;
  return container?.env?.find(({ name }) => name === 'STANDIN_FAULT')?.value;
}
