import type { KubeObject } from '../base/kube-types.ts';

/** A field that differs. A side on which it is absent has no value. */
export interface FieldChange {
  /** As in `spec.template.spec.containers[edgex-core-data].image`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What the server keeps for itself. */
const serverMetadata: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** What tells the items of a list apart, the surest first. */
const itemKeys = ['name', 'containerPort', 'key'] as const;

/**
 * The fields in which two states of one object differ, in the object's order. Both must come from the server, so that
 * both have its defaults; status and what else the server keeps for itself don't count.
 */
export function diffObjects(live: KubeObject, desired: KubeObject): readonly FieldChange[] {
  return diffValues(withoutServerFields(live), withoutServerFields(desired), '');
}

type Table = Readonly<Record<string, unknown>>;

function withoutServerFields({ status: _, metadata, ...rest }: KubeObject): Table {
  const own = Object.entries(metadata).filter(([name]) => !serverMetadata.has(name));
  return { ...rest, metadata: Object.fromEntries(own) };
}

function diffValues(from: unknown, to: unknown, path: string): readonly FieldChange[] {
  if (isList(from) && isList(to)) return diffLists(from, to, path);
  if (isTable(from) && isTable(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) => diffValues(from[name], to[name], below(path, name)));
  }
  if (from === to) return [];
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

function diffLists(from: readonly unknown[], to: readonly unknown[], path: string): readonly FieldChange[] {
  const fromNames = itemNames(from, to);
  const toNames = itemNames(to, from);
  if (!fromNames || !toNames) {
    const longer = from.length > to.length ? from : to;
    return longer.flatMap((_, index) => diffValues(from[index], to[index], `${path}[${index}]`));
  }
  const changes = [...new Set([...fromNames, ...toNames])].flatMap((name) =>
    diffValues(from[fromNames.indexOf(name)], to[toNames.indexOf(name)], `${path}[${name}]`),
  );
  if (changes.length > 0 || fromNames.join() === toNames.join()) return changes;
  return [{ path, from: fromNames, to: toNames }];
}

/** The names of a list's items, by a key that tells the items apart in this list and in the other. */
function itemNames(list: readonly unknown[], other: readonly unknown[]): readonly string[] | undefined {
  const key = itemKeys.find((each) => isIdentifying(each, list) && isIdentifying(each, other));
  return key && list.map((item) => String((item as Table)[key]));
}

function isIdentifying(key: string, list: readonly unknown[]): boolean {
  const values = list.map((item) => (isTable(item) ? item[key] : undefined));
  return !values.includes(undefined) && new Set(values).size === values.length;
}

/** `metadata.name`, but `metadata.labels[app.kubernetes.io/name]`. */
function below(path: string, name: string): string {
  if (path === '') return name;
  return /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${name}]`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !isList(value);
}
