/** A setting's value. There is no null: an empty value is an empty text. */
export type Scalar = string | number | boolean;

/** Settings as a configuration file has them. */
export type Tree = Scalar | readonly Tree[] | Table;
export interface Table {
  readonly [name: string]: Tree;
}

/** True for what has names within; lists are no tables. */
export function isTable(tree: Tree | undefined): tree is Table {
  return typeof tree === 'object' && !isList(tree);
}

/** True for a list, empty or not. */
export function isList(tree: Tree | undefined): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/**
 * The settings of a tree, each with its path, in the tree's order. Tables and lists are folders, a list's entries
 * count from 0; an empty one leaves nothing. The rule is that of Fuji's config-seed (go-mod-registry's Consul client).
 */
export function flatten(tree: Tree, path = ''): readonly (readonly [path: string, value: Scalar])[] {
  if (typeof tree !== 'object') return [[path, tree]];
  const below = path === '' ? '' : `${path}/`;
  return Object.entries(tree).flatMap(([name, branch]: [string, Tree]) => flatten(branch, `${below}${name}`));
}

/** The keys that lead to a setting of a tree, whose path {@link flatten} gives; undefined where it has none. */
export function keysTo(tree: unknown, path: string): readonly string[] | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  for (const [name, branch] of Object.entries(tree)) {
    if (name === path) return [name];
    const below = path.startsWith(`${name}/`) ? keysTo(branch, path.slice(name.length + 1)) : undefined;
    if (below) return [name, ...below];
  }
  return undefined;
}

/**
 * A value as Consul keeps it. Go writes whole numbers in decimal and others as `FormatFloat(x, 'f', -1)`; for every
 * number that {@link parseConfigTrees} lets in, JavaScript's own form is the same.
 */
export function scalarText(value: Scalar): string {
  return String(value);
}
