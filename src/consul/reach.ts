import { connect } from 'node:tls';
import { BootError, isBootError } from '../base/errors.ts';
import type { KubeObject, ObjectRef } from '../base/kube-types.ts';
import type { HttpAnswer, HttpRequest, KubeClient } from '../kube/types.ts';
import { requestDirectly } from './direct.ts';

/**
 * The ways to the namespace's Services: by ClusterIP, which works on the cluster's nodes only, or through the API
 * server's proxy, which works wherever the kubeconfig does.
 */
export type ReachWay = 'direct' | 'proxy';

export interface Reach {
  readonly way: ReachWay;
  /**
   * One HTTP call to a Service's port. Answers of any status come back as they are, and nothing is tried twice.
   * @throws BootError `cluster` when there is no answer in time
   */
  request(service: string, port: number, request: HttpRequest): Promise<HttpAnswer>;
}

/** A node answers itself at once; whoever needs longer is far from the cluster's network. */
const probeTimeoutMs = 1_000;

/** What of the cluster's client a way needs. */
type Kube = Pick<KubeClient, 'get' | 'proxy'>;

/** Chooses the way to the Services of a namespace, unless it is forced. */
export async function chooseReach(kube: Kube, namespace: string, force: 'auto' | ReachWay = 'auto'): Promise<Reach> {
  const way = force === 'auto' ? ((await reachesClusterIps(kube)) ? 'direct' : 'proxy') : force;
  return way === 'direct' ? directReach(kube, namespace) : proxyReach(kube, namespace);
}

function proxyReach(kube: Kube, namespace: string): Reach {
  return { way: 'proxy', request: (service, port, request) => kube.proxy(namespace, service, port, request) };
}

function directReach(kube: Kube, namespace: string): Reach {
  const addresses = new Map<string, string>();
  const addressOf = async (service: string): Promise<string> => {
    const address = addresses.get(service) ?? clusterIpOf(await kube.get(serviceRef(namespace, service)));
    if (address === undefined) {
      throw new BootError({ exit: 'cluster', object: `service/${service}`, cause: 'has no ClusterIP' });
    }
    addresses.set(service, address);
    return address;
  };
  return {
    way: 'direct',
    request: async (service, port, request) => {
      const host = await addressOf(service);
      try {
        return await requestDirectly(`${service}:${port}`, { host, port }, request);
      } catch (error) {
        // Whoever made the Service anew gave it another one.
        addresses.delete(service);
        throw error;
      }
    },
  };
}

/**
 * Whether this machine is on the cluster's own network, asked of the API server's own Service, the only one that always
 * has an endpoint. An open port proves nothing, since the same private address may belong to somebody else here: it
 * must present a certificate for its address from the authority that the cluster publishes for its pods.
 */
async function reachesClusterIps(kube: Kube): Promise<boolean> {
  try {
    const service = await kube.get(serviceRef('default', 'kubernetes'));
    const roots = await kube.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: 'kube-root-ca.crt',
    });
    const host = clusterIpOf(service);
    const port = firstPortOf(service);
    const ca = text(roots?.data, 'ca.crt');
    return host !== undefined && port !== undefined && ca !== undefined && (await presentsCertificate(host, port, ca));
  } catch (error) {
    if (isBootError(error)) return false;
    throw error;
  }
}

function presentsCertificate(host: string, port: number, ca: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, ca });
  socket.setTimeout(probeTimeoutMs, () => resolve(false));
  socket.on('error', () => resolve(false));
  socket.on('secureConnect', () => resolve(true));
  return promise.finally(() => socket.destroy());
}

function serviceRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Service', namespace, name };
}

/** Absent for a headless Service too. */
function clusterIpOf(service: KubeObject | undefined): string | undefined {
  const address = text(service?.spec, 'clusterIP');
  return address === 'None' || address === '' ? undefined : address;
}

function firstPortOf(service: KubeObject | undefined): number | undefined {
  const ports = field(service?.spec, 'ports');
  const port = field(Array.isArray(ports) ? ports[0] : undefined, 'port');
  return typeof port === 'number' ? port : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
