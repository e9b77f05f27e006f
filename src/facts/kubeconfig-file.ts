import { dirname, isAbsolute, join } from 'node:path';
import { parseDocument, type YAMLParseError } from 'yaml';
import * as z from 'zod';
import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { quotesNothing } from '../base/source-yaml.ts';
import { isTable, type Table } from '../base/table.ts';
import type { Kubeconfig } from '../kube/types.ts';

/** Kubeconfig files: read, merged as kubectl merges them, and cut down to the one context that is used. */

const text = z.string().min(1);
const listOf = <T extends z.ZodType>(entry: T) =>
  z
    .array(entry)
    .nullish()
    .transform((list) => list ?? []);
/** Entries may be unfinished: only those of the context that is used must be whole. */
const entry = <T extends z.ZodRawShape>(shape: T) => z.preprocess((value) => value ?? {}, z.looseObject(shape));

const schema = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: listOf(z.looseObject({ name: text, cluster: entry({ server: z.string().nullish() }) })),
  users: listOf(z.looseObject({ name: text, user: entry({}) })),
  contexts: listOf(
    z.looseObject({ name: text, context: entry({ cluster: z.string().nullish(), user: z.string().nullish() }) }),
  ),
});

type Schema = z.infer<typeof schema>;

export interface KubeconfigFile {
  readonly source: string;
  readonly currentContext: string | undefined;
  readonly clusters: Schema['clusters'];
  readonly users: Schema['users'];
  readonly contexts: Schema['contexts'];
}

/**
 * Reads one file; paths in it are relative to where it lies.
 * @throws BootError `cluster` with the line or field that is wrong.
 */
export function parseKubeconfig(content: string, path: string): KubeconfigFile {
  const document = parseDocument(content, { logLevel: 'error' });
  const [problem] = document.errors;
  if (problem) throw malformed(path, describe(problem));
  const result = schema.safeParse(toPlain(document, path) ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    throw malformed(path, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const { clusters, users, contexts, 'current-context': currentContext } = result.data;
  const root = dirname(path);
  return {
    source: path,
    currentContext: currentContext || undefined,
    clusters: clusters.map((entry) => ({ ...entry, cluster: withPaths(entry.cluster, clusterPaths, root) })),
    users: users.map((entry) => ({ ...entry, user: withHelper(withPaths(entry.user, userPaths, root), root) })),
    contexts,
  };
}

/** As kubectl does it: of entries with one name the first counts, and the first current context. */
export function mergeKubeconfigs(files: readonly KubeconfigFile[], source: string): KubeconfigFile {
  return {
    source,
    currentContext: files.find((file) => file.currentContext !== undefined)?.currentContext,
    clusters: files.flatMap((file) => file.clusters),
    users: files.flatMap((file) => file.users),
    contexts: files.flatMap((file) => file.contexts),
  };
}

/**
 * Takes one context out, the wanted or else the current one.
 * @throws BootError when there is no such context, or when it names a cluster or user that isn't there.
 */
export function selectContext(file: KubeconfigFile, wanted: string | undefined): Kubeconfig {
  const { source, contexts, clusters, users } = file;
  const names = contexts.map(({ name }) => name);
  const context = wanted ?? file.currentContext;
  if (context === undefined) {
    const hint = names.length > 0 ? `Choose one with --context: ${names.join(', ')}.` : undefined;
    throw malformed(source, names.length > 0 ? 'it has no current-context' : 'it has no context', hint);
  }
  const chosen = contexts.find(({ name }) => name === context)?.context;
  if (!chosen)
    throw wanted === undefined
      ? malformed(source, `its current-context ${context} is not in it`)
      : unknownContext(context, names, source);
  if (!chosen.cluster) throw malformed(source, `context ${context} names no cluster`);
  const cluster = clusters.find(({ name }) => name === chosen.cluster)?.cluster;
  if (!cluster) throw malformed(source, `context ${context} names the cluster ${chosen.cluster}, which is not in it`);
  if (!cluster.server) throw malformed(source, `cluster ${chosen.cluster} has no server`);
  const user = chosen.user ? users.find(({ name }) => name === chosen.user)?.user : {};
  if (!user) throw malformed(source, `context ${context} names the user ${chosen.user}, which is not in it`);
  const name = context;
  return {
    source,
    context,
    server: cluster.server,
    // JSON is YAML.
    document: JSON.stringify({
      clusters: [{ name, cluster }],
      users: [{ name, user: withTokenFile(user) }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    }),
  };
}

const clusterPaths = ['certificate-authority'] as const;
const userPaths = ['client-certificate', 'client-key', 'tokenFile'] as const;

function withPaths<T extends Table>(entry: T, keys: readonly string[], root: string): T {
  const paths = keys.flatMap((key) => {
    const value = entry[key];
    return typeof value === 'string' && value !== '' && !isAbsolute(value) ? [[key, join(root, value)]] : [];
  });
  return { ...entry, ...Object.fromEntries(paths) };
}

/** A login helper's program is a path when it has a slash, and else looked up in PATH. */
function withHelper(user: Table, root: string): Table {
  const { exec } = user;
  if (!isTable(exec)) return user;
  const { command } = exec;
  if (typeof command !== 'string' || !command.includes('/')) return user;
  return { ...user, exec: withPaths(exec, ['command'], root) };
}

/** The client library reads token files, again every minute, under another name; and a fixed token would win over it. */
function withTokenFile({ tokenFile, token, ...user }: Table): Table {
  if (!tokenFile) return { ...user, ...(token === undefined ? {} : { token }) };
  return { ...user, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
}

/** Where the YAML breaks off and why, without the text that stands there: it may be a password. */
function describe({ code, message, linePos }: YAMLParseError): string {
  if (quotesNothing(code)) return message.split('\n', 1)[0]?.replace(/:$/, '') ?? code;
  const [at] = linePos ?? [];
  return `no YAML${at ? ` at line ${at.line}, column ${at.col}` : ''}`;
}

function toPlain(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw malformed(path, 'a value that begins with * is an alias in YAML, and there is none of its name; quote it');
  }
}

function unknownContext(context: string, names: readonly string[], source: string): BootError {
  const nearest = nearestName(context, names);
  return new BootError({
    exit: 'usage',
    object: `--context ${context}`,
    cause: `${source} has no context of this name`,
    hint: nearest ? `Did you mean ${nearest}?` : `It has: ${names.join(', ') || 'none'}.`,
  });
}

function malformed(source: string, cause: string, hint?: string): BootError {
  return new BootError({
    exit: 'cluster',
    object: source,
    cause: `no usable kubeconfig: ${cause}`,
    hint: hint ?? 'Correct the file, or name another one with --kubeconfig.',
  });
}
