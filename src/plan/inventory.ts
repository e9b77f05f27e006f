import { type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import { commonLabels } from './labels.ts';
import type { Plan, StorageChoice } from './types.ts';

/**
 * The inventory is a ConfigMap that says what was installed. It is written before the first object, as everything that
 * was and everything that will be, so that whatever an interrupted run leaves behind is on it; after the deletions it
 * is trimmed to what is there.
 */

export const inventoryName = 'edgex-boot';
/** Its reference, but for the namespace. */
export const inventoryRef = { apiVersion: 'v1', kind: 'ConfigMap', name: inventoryName } as const;

export interface Inventory {
  readonly release: string;
  readonly version: string;
  readonly database: string;
  /** As the option `--storage` takes it; `class` alone is the cluster's default class. */
  readonly storage: string;
  /** As the option `--registry` takes it; absent where the images come from where the release has them. */
  readonly registry?: string;
  readonly objects: readonly ObjectRef[];
  /** What the last verification came to that was recorded. */
  readonly verified?: Verified;
}

export interface Verified {
  readonly verdict: 'passed' | 'failed';
  /** In milliseconds since 1970. */
  readonly atMs: number;
}

/** An annotation: the inventory itself is what `install` compares. */
const verifiedAnnotation = 'edgex-boot/verified';

/** A merge patch that records a verdict on an inventory. */
export function verifiedPatch({ verdict, atMs }: Verified): object {
  return { metadata: { annotations: { [verifiedAnnotation]: `${verdict} ${new Date(atMs).toISOString()}` } } };
}

function parseVerified(text: string | undefined): Verified | undefined {
  const [, verdict, date = ''] = /^(passed|failed) (\S+)$/.exec(text ?? '') ?? [];
  const atMs = Date.parse(date);
  return (verdict === 'passed' || verdict === 'failed') && atMs > 0 ? { verdict, atMs } : undefined;
}

/** The inventory of a plan that made these objects. */
export function renderInventory(
  plan: Pick<Plan, 'release' | 'namespace' | 'database' | 'storage'>,
  objects: readonly ObjectRef[],
): KubeObject {
  const { release, namespace, database, storage } = plan;
  const { mirror } = release;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: inventoryName, namespace, labels: commonLabels(release) },
    data: {
      release: release.release,
      version: release.version,
      database,
      storage: storageText(storage),
      ...(mirror === undefined ? {} : { registry: mirror }),
      objects: listRefs(objects),
    },
  };
}

/** Objects as an inventory lists them: sorted, so that the same ones are always the same text. */
export function listRefs(objects: readonly ObjectRef[]): string {
  return objects
    .map((ref) => `${refKey(ref)}\n`)
    .toSorted()
    .join('');
}

/** Reads the inventory of a namespace; undefined when it has none. Lines that a person spoilt are left out. */
export function readInventory(objects: readonly KubeObject[], namespace: string): Inventory | undefined {
  const found = objects.find((object) => isInventory(refOf(object)) && object.metadata.namespace === namespace);
  if (!found) return undefined;
  const data = (found.data ?? {}) as Readonly<Record<string, string>>;
  const verified = parseVerified(found.metadata.annotations?.[verifiedAnnotation]);
  return {
    ...(verified ? { verified } : {}),
    release: data.release ?? '',
    version: data.version ?? '',
    database: data.database ?? '',
    storage: data.storage ?? '',
    ...(data.registry ? { registry: data.registry } : {}),
    objects: (data.objects ?? '').split('\n').flatMap(parseRef),
  };
}

/** True for the reference of an inventory. */
export function isInventory({ kind, name }: ObjectRef): boolean {
  return kind === 'ConfigMap' && name === inventoryName;
}

/** One object in one line: `apps/v1 Deployment edgex/edgex-core-data`. */
export function refKey({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${apiVersion} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function parseRef(line: string): readonly ObjectRef[] {
  const [, apiVersion, kind, namespace, name] = /^(\S+) (\S+) (?:([^\s/]+)\/)?([^\s/]+)$/.exec(line.trim()) ?? [];
  if (apiVersion === undefined || kind === undefined || name === undefined) return [];
  return [{ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }];
}

function storageText(storage: StorageChoice): string {
  switch (storage.kind) {
    case 'local':
      return `local:${storage.root}`;
    case 'nfs':
      return `nfs://${storage.server}${storage.path}`;
    case 'class':
      return storage.className === undefined ? 'class' : `class:${storage.className}`;
    case 'existing':
      return 'existing';
  }
}
