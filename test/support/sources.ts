import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

/** A file of src, as far as rules about files look at it. */
export interface Source {
  /** Below the project: `src/plan/graph.ts`. */
  readonly path: string;
  /** The folder below src; empty for what lies in src itself. */
  readonly folder: string;
  readonly sizeBytes: number;
  readonly imports: readonly Import[];
  /** What runs of it: no types, no comments. */
  readonly code: string;
  /** The names that it takes from nowhere, of those that were asked for: `process`, `Date.now`. */
  readonly globals: readonly string[];
}

export interface Import {
  /** A file as in {@link Source.path}; a package or a module of Node by its name. */
  readonly to: string;
  /** Gone when the program runs. */
  readonly isType: boolean;
}

/** The names whose use is looked for. */
const watched = ['process', 'console', 'performance', 'fetch', 'setTimeout', 'setInterval', 'Date.now', 'Math.random'];

/** Every source of the program. */
export function readSources(): readonly Source[] {
  return globSync('src/**/*.ts')
    .toSorted()
    .map((path) => readSource(path, readFileSync(path, 'utf8')));
}

export function readSource(path: string, text: string): Source {
  const [, folder = ''] = /^src\/([^/]+)\//.exec(path) ?? [];
  const code = compile(text, {});
  const marked = compile(text, Object.fromEntries(watched.map((name) => [name, markOf(name)])));
  return {
    path,
    folder,
    sizeBytes: Buffer.byteLength(text),
    imports: importsOf(path, text),
    code,
    globals: watched.filter((name) => marked.includes(markOf(name))),
  };
}

/** The compiler puts the definitions only where a name is global, so a word in a text or a local name is none. */
function compile(text: string, define: Record<string, string>): string {
  return transformSync(text, { loader: 'ts', define, legalComments: 'none' }).code;
}

function markOf(name: string): string {
  return `__global_${name.replace('.', '_')}__`;
}

const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const dynamic = /\bimport\('([^']+)'\)(\.[A-Z])?/g;

function importsOf(path: string, text: string): readonly Import[] {
  const resolve = (to: string): string => (to.startsWith('.') ? join(dirname(path), to) : to);
  return [
    ...[...text.matchAll(statement)].map(([, type, to = '']) => ({ to: resolve(to), isType: type !== undefined })),
    ...[...text.matchAll(dynamic)].map(([, to = '', member]) => ({ to: resolve(to), isType: member !== undefined })),
  ];
}
