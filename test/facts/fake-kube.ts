import type { KubeObject } from '../../src/base/kube-types.ts';
import type { HttpAnswer, KubeClient } from '../../src/kube/types.ts';

/** A cluster that holds these objects and can only be read. */
export function clusterWith(
  objects: readonly KubeObject[],
  version: HttpAnswer = { status: 200, body: JSON.stringify({ gitVersion: 'v1.34.4' }) },
): KubeClient {
  const refuse = (): never => {
    throw new Error('facts only read');
  };
  return {
    server: 'https://api',
    source: 'test',
    writes: () => 0,
    requests: () => 0,
    get: async ({ kind, name, namespace }) =>
      objects.find(({ kind: k, metadata }) => k === kind && metadata.name === name && metadata.namespace === namespace),
    list: async (apiVersion, kind, { namespace, labelSelector } = {}) =>
      objects.filter(
        (object) =>
          object.apiVersion === apiVersion &&
          object.kind === kind &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          hasLabel(object, labelSelector),
      ),
    raw: async (path) => (path === '/version' ? version : refuse()),
    apply: refuse,
    create: refuse,
    patch: refuse,
    delete: refuse,
    logs: refuse,
    exec: refuse,
    proxy: refuse,
  };
}

function hasLabel({ metadata }: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  const [key = '', value] = selector.split('=');
  return metadata.labels?.[key] === value;
}
