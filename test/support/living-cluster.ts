import { type KubeObject, type ObjectRef, refOf } from '../../src/base/kube-types.ts';
import type { Clock } from '../../src/base/time.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { KubeClient } from '../../src/kube/types.ts';
import { refKey } from '../../src/plan/inventory.ts';
import { serviceLabel } from '../../src/plan/labels.ts';
import { fakeKube } from '../apply/fake-kube.ts';
import { fakeClock } from '../consul/fakes.ts';

/**
 * A cluster in memory whose controllers work, as far as taking away needs them: pods end some time after their
 * Deployment, a claim's volume is released, a provisioner deletes what it may, a namespace takes all with it. Time is
 * that of its clock, and what happens by itself happens while somebody sleeps.
 */

export interface LivingCluster {
  readonly kube: KubeClient;
  readonly clock: Clock;
  /** By line of the inventory. */
  readonly objects: Map<string, KubeObject>;
  /** What was deleted by request, in its order, and what ended. */
  readonly log: string[];
  /** Scripts that pods were made to run. */
  readonly scripts: string[];
}

export interface Life {
  /** Services whose pods never end. */
  readonly stubborn?: readonly string[];
  /** No provisioner deletes anything. */
  readonly provisionerIsDown?: boolean;
  /** The write of this number is cut off: before it is carried out, or when it is, and only its answer is lost. */
  readonly failure?: { readonly write: number; readonly isCarriedOut: boolean };
  /** Finalizers hold a namespace that is on its way out. */
  readonly namespaceIsStuck?: boolean;
  readonly denied?: (review: Review) => boolean;
}

interface Review {
  readonly verb: string;
  readonly resource: string;
}

interface Spec extends KubeObject {
  readonly spec: {
    readonly claimRef?: { readonly namespace: string; readonly name: string };
    readonly persistentVolumeReclaimPolicy?: string;
    readonly containers?: readonly { readonly command?: readonly string[] }[];
  };
}

const podMs = 1_000;

export function livingCluster(existing: readonly KubeObject[], life: Life = {}): LivingCluster {
  const store = fakeKube(existing);
  const { objects } = store;
  const log: string[] = [];
  const scripts: string[] = [];
  const time = fakeClock();
  let writes = 0;

  const remove = (key: string): void => {
    if (objects.delete(key)) log.push(`gone ${key}`);
  };
  const markDeleted = (key: string, object: KubeObject): void => {
    if (object.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = String(time.now());
    objects.set(key, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
  };

  const controllers = (): void => {
    const nowMs = time.now();
    for (const [key, object] of objects) {
      const { kind, metadata } = object;
      const service = metadata.labels?.[serviceLabel] ?? '';
      const sinceMs = Number(metadata.deletionTimestamp ?? Number.NaN);
      if (kind === 'Deployment' && !Number.isNaN(sinceMs)) {
        const pods = [...objects].filter(
          ([, each]) => each.kind === 'Pod' && each.metadata.labels?.[serviceLabel] === service,
        );
        for (const [podKey, pod] of pods) markDeleted(podKey, pod);
        if (pods.length === 0) remove(key);
      }
      if (kind === 'Pod' && nowMs - sinceMs >= podMs && !life.stubborn?.includes(service)) remove(key);
      if (kind === 'Namespace' && !life.namespaceIsStuck && nowMs - sinceMs >= podMs) remove(key);
      if (kind === 'PersistentVolume') {
        const { claimRef, persistentVolumeReclaimPolicy: policy } = (object as Spec).spec;
        const claim =
          claimRef &&
          [...objects.values()].find(
            (each) => each.kind === 'PersistentVolumeClaim' && each.metadata.name === claimRef.name,
          );
        const isProvisioned = metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined;
        if (!claim && isProvisioned && policy === 'Delete' && !life.provisionerIsDown) remove(key);
      }
    }
  };

  const clock: Clock = {
    now: time.now,
    sleep: async (ms, signal) => {
      await time.sleep(ms, signal);
      controllers();
    },
  };

  /** Carries out a write, or what is left of it. */
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    writes++;
    const isCut = life.failure?.write === writes;
    if (isCut && !life.failure?.isCarriedOut) throw cutOff();
    const result = await work();
    if (isCut) throw cutOff();
    return result;
  };

  const erase = async (ref: ObjectRef, isForeground: boolean): Promise<boolean> => {
    const key = refKey(ref);
    const object = objects.get(key);
    if (!object) return false;
    log.push(`delete ${key}`);
    if (ref.kind === 'Namespace') {
      for (const [inside, { metadata }] of objects) if (metadata.namespace === ref.name) remove(inside);
      remove(key);
    } else if (isForeground) markDeleted(key, object);
    else remove(key);
    return true;
  };

  const kube: KubeClient = {
    ...store,
    writes: () => writes,
    list: async (apiVersion, kind, { namespace } = {}) =>
      (await store.list(apiVersion, kind)).filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      ),
    apply: (object, options) => write(() => store.apply(object, options)),
    patch: (ref, patch) => write(() => store.patch(ref, patch)),
    delete: (ref, { propagation } = {}) => write(() => erase(ref, propagation === 'Foreground' && ref.kind !== 'Pod')),
    create: async (object) => {
      if (object.kind === 'SelfSubjectAccessReview') {
        const { resourceAttributes } = object.spec as { resourceAttributes: Review };
        return { ...object, status: { allowed: !life.denied?.(resourceAttributes) } };
      }
      return write(async () => {
        const made = await store.create(object);
        if (object.kind !== 'Pod') return made;
        scripts.push((object as Spec).spec.containers?.[0]?.command?.at(-1) ?? '');
        const done = { ...made, status: { phase: 'Succeeded' } };
        objects.set(refKey(refOf(object)), done);
        return done;
      });
    },
    raw: async (path) => ({ status: 200, body: JSON.stringify(discover(path, [...objects.values()])) }),
  };
  return { kube, clock, objects, log, scripts };
}

function cutOff(): KubeError {
  return new KubeError({ exit: 'cluster', object: 'API server', cause: 'the connection broke' }, { trouble: 'lost' });
}

/** What the API server says of itself, as far as its kinds are among the objects. */
function discover(path: string, objects: readonly KubeObject[]): object {
  const apiVersions = [...new Set(objects.map(({ apiVersion }) => apiVersion))];
  if (path === '/version') return { gitVersion: 'v1.34.4' };
  if (path === '/apis') {
    const groups = apiVersions.filter((each) => each.includes('/'));
    return {
      groups: groups.map((groupVersion) => ({ name: groupVersion.split('/')[0], versions: [{ groupVersion }] })),
    };
  }
  const [, apiVersion = '', namespace, plural] = /^\/apis?\/(.+?)(?:\/namespaces\/([^/]+)\/([^/]+))?$/.exec(path) ?? [];
  const ofVersion = objects.filter((object) => object.apiVersion === apiVersion && object.metadata.namespace);
  if (namespace !== undefined) {
    return {
      items: ofVersion.filter(({ kind, metadata }) => pluralOf(kind) === plural && metadata.namespace === namespace),
    };
  }
  const kinds = [...new Set(ofVersion.map(({ kind }) => kind))];
  return { resources: kinds.map((kind) => ({ name: pluralOf(kind), kind, namespaced: true, verbs: ['list'] })) };
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}
