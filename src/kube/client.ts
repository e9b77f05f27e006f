import { formatRef, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import { connectionOf, hasStatus, KubeError } from './errors.ts';
import type { Call } from './exchange.ts';
import { execInPod } from './exec.ts';
import { collectionPath, objectPath } from './resources.ts';
import { openSession } from './session.ts';
import { openTransport, type TransportOptions } from './transport.ts';
import type { ApplyOptions, HttpAnswer, HttpRequest, KubeClient, Kubeconfig, ListOptions } from './types.ts';

export const fieldManager = 'edgex-boot';

/** Enough for the last lines of any log, and no more, whatever a container prints. */
const maxLogBytes = 256 * 1024;

/**
 * Opens a cluster. Sends nothing yet: whether the cluster answers shows with the first call.
 * @throws KubeError when the kubeconfig can't be used.
 */
export function openCluster(kubeconfig: Kubeconfig, options: TransportOptions): KubeClient {
  const session = openSession(kubeconfig);
  const { server, source } = session;
  const transport = openTransport(session, options);
  let writes = 0;

  const ask = (call: Omit<Call, 'server' | 'source'>): Promise<HttpAnswer> =>
    transport.send({ ...call, server, source });

  const askObject = async (call: Omit<Call, 'server' | 'source'>): Promise<Json> => {
    const { body } = await ask(call);
    return parseJson(body, server, source);
  };

  const write = async (kind: string, call: Omit<Call, 'server' | 'source'>): Promise<KubeObject> => {
    const object = await askObject(call);
    // A Lease is about a run, not about what it makes.
    if (kind !== 'Lease') writes++;
    return object as KubeObject;
  };

  const apply = async (
    object: KubeObject,
    { dryRun = false, force = false }: ApplyOptions = {},
  ): Promise<KubeObject> => {
    const ref = refOf(object);
    const query = new URLSearchParams({ fieldManager, force: String(force), ...(dryRun ? { dryRun: 'All' } : {}) });
    const call = {
      verb: 'patch',
      object: nameOf(ref),
      method: 'PATCH',
      path: `${objectPath(ref)}?${query}`,
      // YAML by its name, and JSON is YAML.
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify(object),
      repeatable: true,
    } as const;
    try {
      return dryRun ? ((await askObject(call)) as KubeObject) : await write(ref.kind, call);
    } catch (error) {
      // What we ourselves patched before is ours to take.
      const isOwn = error instanceof KubeError && error.managers.length > 0 && error.managers.every(isOurs);
      if (!isOwn || force) throw error;
      return apply(object, { dryRun, force: true });
    }
  };

  return {
    server,
    source,
    writes: () => writes,
    requests: transport.requests,
    apply,

    get: async (ref) => {
      try {
        const call = {
          verb: 'get',
          object: nameOf(ref),
          method: 'GET',
          path: objectPath(ref),
          repeatable: true,
        } as const;
        return (await askObject(call)) as KubeObject;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },

    list: async (apiVersion, kind, options: ListOptions = {}) => {
      const { namespace, ...selectors } = options;
      const query = new URLSearchParams(selectors);
      const path = `${collectionPath(apiVersion, kind, namespace)}${query.size > 0 ? `?${query}` : ''}`;
      const object = `${kind} list${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
      const { items } = await askObject({ verb: 'list', object, method: 'GET', path, repeatable: true });
      // The items of a list don't repeat what they are.
      return ((items ?? []) as KubeObject[]).map((item) => ({ ...item, apiVersion, kind }));
    },

    create: (object) => {
      const ref = refOf(object);
      // A review is a question in the form of an object: nothing is stored.
      const isReview = ref.kind.endsWith('Review');
      const call = {
        verb: 'create',
        object: nameOf(ref),
        method: 'POST',
        path: `${collectionPath(ref.apiVersion, ref.kind, ref.namespace)}?${new URLSearchParams({ fieldManager })}`,
        contentType: 'application/json',
        body: JSON.stringify(object),
        repeatable: isReview,
      } as const;
      return isReview ? (askObject(call) as Promise<KubeObject>) : write(ref.kind, call);
    },

    patch: (ref, patch) =>
      write(ref.kind, {
        verb: 'patch',
        object: nameOf(ref),
        method: 'PATCH',
        path: `${objectPath(ref)}?${new URLSearchParams({ fieldManager })}`,
        contentType: 'application/merge-patch+json',
        body: JSON.stringify(patch),
        repeatable: !namesVersion(patch),
      }),

    delete: async (ref, { propagation = 'Background' } = {}) => {
      try {
        await write(ref.kind, {
          verb: 'delete',
          object: nameOf(ref),
          method: 'DELETE',
          path: objectPath(ref),
          contentType: 'application/json',
          body: JSON.stringify({ propagationPolicy: propagation }),
          repeatable: true,
        });
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    },

    logs: async (namespace, pod, container, { tailLines, previous = false }) => {
      const query = new URLSearchParams({
        container,
        tailLines: String(tailLines),
        limitBytes: String(maxLogBytes),
        ...(previous ? { previous: 'true' } : {}),
      });
      const path = `${objectPath({ apiVersion: 'v1', kind: 'Pod', name: pod, namespace })}/log?${query}`;
      try {
        const object = `log of pod ${pod} in namespace ${namespace}`;
        return (await ask({ verb: 'get', object, method: 'GET', path, repeatable: true })).body;
      } catch (error) {
        // 400: the container has not started, or has no previous run.
        if (isAbsent(error) || hasStatus(error, 400)) return '';
        throw error;
      }
    },

    exec: (request) => execInPod(session, request),

    raw: (path) => ask({ verb: 'get', object: path, method: 'GET', path, repeatable: true, anyAnswer: true }),

    proxy: (namespace, service, port, { method = 'GET', path, body, timeoutMs }: HttpRequest) => {
      const root = objectPath({ apiVersion: 'v1', kind: 'Service', name: service, namespace });
      return ask({
        verb: 'get',
        object: `service/${service} in namespace ${namespace}`,
        method,
        path: `${root}:${port}/proxy${path}`,
        ...(body === undefined ? {} : { body, contentType: 'application/json' }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        repeatable: method === 'GET',
        anyAnswer: true,
      });
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function parseJson(body: string, server: string, source: string): Json {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Told below, without the body.
  }
  throw new KubeError({
    exit: 'cluster',
    object: connectionOf({ server, source }),
    cause: 'its answer is no JSON object',
    hint: "Check the kubeconfig's server: another program listens there, or a proxy stands between.",
  });
}

/** The object is not there, in Kubernetes' own words; another program's 404 says nothing about it. */
function isAbsent(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404 && error.reason === 'NotFound';
}

/** A patch of one version only: after it was carried out, a repetition would look like somebody else's change. */
function namesVersion(patch: { readonly metadata?: { readonly resourceVersion?: string } }): boolean {
  return patch.metadata?.resourceVersion !== undefined;
}

function isOurs(manager: string): boolean {
  return manager === fieldManager;
}

function nameOf(ref: ObjectRef): string {
  return ref.namespace === undefined ? formatRef(ref) : `${formatRef(ref)} in namespace ${ref.namespace}`;
}
