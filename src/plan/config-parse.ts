import * as z from 'zod';
import { brokenFile, parseYaml } from '../base/asset-yaml.ts';
import { isTable, type Scalar, type Table, type Tree } from './config-tree.ts';

/** The settings of one service, still in pieces. */
export interface ServiceTree {
  readonly file: string;
  /** The service's own fragments over those of all. */
  readonly fragments: Table;
  /** Folder in Consul to the settings in it. */
  readonly folders: Table;
}

/** What edgex-boot changes in Fuji's own settings. */
export interface Change {
  readonly services: readonly string[];
  /** Path to value. */
  readonly set: Readonly<Record<string, Scalar>>;
}

/** A release's configuration folder. */
export interface ConfigTrees {
  readonly services: ReadonlyMap<string, ServiceTree>;
  readonly changes: readonly Change[];
}

const sharedFile = '_shared.yaml';
const changesFile = '_changes.yaml';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const changesSchema = z.array(
  z.strictObject({ services: z.array(z.string()).min(1), set: z.record(z.string(), scalar) }),
);

/**
 * Reads a release's configuration folder.
 * @param files path or name of each file to its text; a service's file is named after the service
 * @throws BootError `internal` with the file and the place in it: the files are part of the program.
 */
export function parseConfigTrees(files: Readonly<Record<string, string>>): ConfigTrees {
  const named = new Map(Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text]));
  const shared = parseTable(sharedFile, named.get(sharedFile));
  const changes = parseChanges(named.get(changesFile));
  const services = new Map<string, ServiceTree>();
  for (const [file, text] of named) {
    if (file === sharedFile || file === changesFile) continue;
    const { $fragments: own = {}, ...folders } = parseTable(file, text);
    services.set(file.replace(/\.yaml$/, ''), {
      file,
      fragments: { ...fragmentsOf(sharedFile, shared.$fragments), ...fragmentsOf(file, own) },
      folders,
    });
  }
  return { services, changes };
}

function fragmentsOf(file: string, fragments: Tree | undefined): Table {
  if (isTable(fragments)) return fragments;
  throw brokenFile(file, '$fragments: not a table');
}

function parseChanges(text: string | undefined): readonly Change[] {
  const parsed = changesSchema.safeParse(parseFile(changesFile, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw brokenFile(changesFile, `${issue?.path.join('/')}: ${issue?.message}`);
}

function parseTable(file: string, text: string | undefined): Table {
  const tree = asTree(file, parseFile(file, text), []);
  if (isTable(tree)) return tree;
  throw brokenFile(file, 'not a table of settings');
}

function parseFile(file: string, text: string | undefined): unknown {
  if (text === undefined) throw brokenFile(file, 'it is missing');
  return parseYaml(file, text);
}

/** A parsed value as a tree. Consul has text only, so whatever has no certain text is refused. */
function asTree(file: string, value: unknown, path: readonly string[]): Tree {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) || (!Number.isInteger(value) && /^[-\d.]+$/.test(String(value)))) return value;
    throw brokenFile(file, `${path.join('/')}: the number ${value} has no exact text; quote it`);
  }
  if (Array.isArray(value)) return value.map((entry, index) => asTree(file, entry, [...path, String(index)]));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asTree(file, entry, [...path, key])]));
  }
  throw brokenFile(file, `${path.join('/')}: no value; an empty text is written ""`);
}
