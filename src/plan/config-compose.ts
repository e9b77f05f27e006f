import { brokenFile } from '../base/asset-yaml.ts';
import { isList, isTable, type Table, type Tree } from './config-tree.ts';
import type { Database } from './release.ts';

export interface ComposeContext {
  /** The file's name, for errors. */
  readonly file: string;
  readonly fragments: Table;
  readonly database: Database;
}

/**
 * Puts a tree together from its pieces: `$use` and `$database` in each table are replaced by what they stand for.
 * The configuration folder's `_shared.yaml` explains them.
 * @param trail the fragments that are being put together, so that a circle is seen
 * @throws BootError `internal` for a fragment or a branch that doesn't exist, and for a circle
 */
export function compose(tree: Tree, context: ComposeContext, trail: readonly string[] = []): Tree {
  if (isList(tree)) return tree.map((entry) => compose(entry, context, trail));
  if (isTable(tree)) return composeTable(tree, context, trail);
  return tree;
}

function composeTable(table: Table, context: ComposeContext, trail: readonly string[]): Table {
  const { $use = [], $database, ...own } = table;
  const pieces: Table[] = [];
  for (const name of isList($use) ? $use : [$use]) pieces.push(fragment(String(name), context, trail));
  if ($database !== undefined) pieces.push(branch($database, context, trail));
  pieces.push(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, compose(value, context, trail)])));
  return pieces.reduce(merge);
}

function fragment(name: string, context: ComposeContext, trail: readonly string[]): Table {
  const { file, fragments } = context;
  if (trail.includes(name)) throw brokenFile(file, `$use goes in a circle: ${[...trail, name].join(' > ')}`);
  const piece = Object.hasOwn(fragments, name) ? fragments[name] : undefined;
  if (!isTable(piece)) throw brokenFile(file, `$use: no fragment ${name}`);
  return composeTable(piece, context, [...trail, name]);
}

function branch(branches: Tree, context: ComposeContext, trail: readonly string[]): Table {
  const chosen = isTable(branches) ? branches[context.database] : undefined;
  if (!isTable(chosen)) throw brokenFile(context.file, `$database: no branch for ${context.database}`);
  return composeTable(chosen, context, trail);
}

/** Tables grow together; of anything else the upper one counts, lists as a whole. */
function merge(lower: Table, upper: Table): Table {
  const merged: Record<string, Tree> = { ...lower };
  for (const [name, over] of Object.entries(upper)) {
    const under = merged[name];
    merged[name] = isTable(under) && isTable(over) ? merge(under, over) : over;
  }
  return merged;
}
