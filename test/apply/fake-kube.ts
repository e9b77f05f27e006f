import { type KubeObject, type ObjectRef, refOf } from '../../src/base/kube-types.ts';
import { isTable, type Table } from '../../src/base/table.ts';
import { factsOf } from '../../src/facts/installed.ts';
import type { InstalledFacts } from '../../src/facts/types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { KubeClient } from '../../src/kube/types.ts';
import { refKey } from '../../src/plan/inventory.ts';

export interface FakeKube extends KubeClient {
  /** What the cluster has, by line of the inventory. */
  readonly objects: Map<string, KubeObject>;
  /** Writes in their order, `apply v1 Service edgex/x`. */
  readonly log: string[];
  /** Dry runs in their order. */
  readonly dryRuns: string[];
  readonly peak: () => number;
  facts(namespace: string): InstalledFacts;
}

/** What the server answers instead: an error, or nothing special. */
export type Refusal = (verb: string, object: KubeObject, force: boolean) => Error | undefined;

/**
 * A cluster in memory, as far as applying needs one: what is applied is laid over what is there, a `null` in a merge
 * patch takes away, each change makes a new version, and the server keeps its own fields beside ours.
 */
export function fakeKube(existing: readonly KubeObject[] = [], refuse: Refusal = () => undefined): FakeKube {
  const objects = new Map(existing.map((object) => [refKey(refOf(object)), object]));
  const log: string[] = [];
  const dryRuns: string[] = [];
  let version = 1000;
  let running = 0;
  let peak = 0;

  /** One turn of the event loop, so that what runs at the same time shows. */
  const busy = async <T>(work: () => T): Promise<T> => {
    peak = Math.max(peak, ++running);
    await new Promise(setImmediate);
    running--;
    return work();
  };

  const store = (object: KubeObject, wanted: Table): KubeObject => {
    const key = refKey(refOf(object));
    const before = objects.get(key);
    const after = merge(before ?? { status: {} }, wanted) as KubeObject;
    if (before && JSON.stringify(before) === JSON.stringify(after)) return before;
    const stored = { ...after, metadata: { ...after.metadata, resourceVersion: String(++version) } };
    objects.set(key, stored);
    return stored;
  };

  const check = (verb: string, object: KubeObject, force = false): void => {
    const error = refuse(verb, object, force);
    if (error) throw error;
  };

  return {
    server: 'https://fake',
    source: 'test kubeconfig',
    objects,
    log,
    dryRuns,
    peak: () => peak,
    writes: () => log.length,
    requests: () => log.length + dryRuns.length,
    get: (ref) => busy(() => objects.get(refKey(ref))),
    list: (apiVersion, kind) =>
      busy(() => [...objects.values()].filter((object) => object.apiVersion === apiVersion && object.kind === kind)),
    apply: (object, { dryRun = false, force = false } = {}) =>
      busy(() => {
        check('patch', object, force);
        const key = refKey(refOf(object));
        if (!dryRun) {
          log.push(`apply ${key}`);
          return store(object, object as unknown as Table);
        }
        dryRuns.push(key);
        return merge(objects.get(key) ?? {}, object) as KubeObject;
      }),
    create: (object) =>
      busy(() => {
        const error = refuse('create', object, false);
        if (object.kind === 'SelfSubjectAccessReview') return { ...object, status: { allowed: error === undefined } };
        if (error) throw error;
        log.push(`create ${refKey(refOf(object))}`);
        return store(object, object as unknown as Table);
      }),
    patch: (ref, patch) =>
      busy(() => {
        const object = objects.get(refKey(ref));
        if (!object) throw new KubeError({ exit: 'rollout', object: ref.name, cause: 'not found' }, { status: 404 });
        check('patch', object);
        log.push(`patch ${refKey(ref)}`);
        return store(object, patch as Table);
      }),
    delete: (ref) =>
      busy(() => {
        log.push(`delete ${refKey(ref)}`);
        return objects.delete(refKey(ref));
      }),
    logs: async () => '',
    exec: async () => ({ exitCode: 0, stderr: '' }),
    raw: async () => ({ status: 200, body: '{}' }),
    proxy: async () => ({ status: 503, body: '' }),
    facts: (namespace) => factsOf(namespace, [...objects.values()]),
  };
}

/** The API server's answer when other managers own fields. */
export function conflict(object: string, manager: string, field: string): KubeError {
  return new KubeError(
    {
      exit: 'rollout',
      object,
      cause: 'other managers own fields that would change',
      evidence: [`${field}: conflict with "${manager}" using apps/v1`],
    },
    { status: 409, reason: 'Conflict', managers: [manager] },
  );
}

/** Its answer when a field may not change. */
export function invalid(object: string, cause: string): KubeError {
  return new KubeError({ exit: 'rollout', object, cause: `invalid: ${cause}` }, { status: 422, reason: 'Invalid' });
}

export const key = (ref: ObjectRef): string => refKey(ref);

function merge(before: unknown, patch: unknown): unknown {
  if (!isTable(before) || !isTable(patch)) return patch;
  const merged: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}
