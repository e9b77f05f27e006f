import type { KubeClient } from '../../kube/types.ts';

/** Does the work at the first call, and gives what came of it, an error too, at each one. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    if (!result) {
      result = work();
      // Whoever asks is told; before that nobody may ask for a while.
      result.catch(() => undefined);
    }
    return result;
  };
}

/** A cluster of which every list and every object is read once: the checks of a run judge the same moment. */
export function readOnce(kube: KubeClient): KubeClient {
  const results = new Map<string, Promise<unknown>>();
  const share = <T>(key: readonly unknown[], work: () => Promise<T>): Promise<T> => {
    const name = JSON.stringify(key);
    const result = (results.get(name) ?? work()) as Promise<T>;
    results.set(name, result);
    return result;
  };
  return {
    ...kube,
    get: (ref) => share(['get', ref], () => kube.get(ref)),
    list: (apiVersion, kind, options = {}) =>
      share(['list', apiVersion, kind, options], () => kube.list(apiVersion, kind, options)),
    raw: (path) => share(['raw', path], () => kube.raw(path)),
  };
}
