import { writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';
import { root } from './places.ts';

/** Packages that others look for and do without. They are never found: the executable loads nothing from disk. */
const optional = ['bufferutil', 'supports-color', 'utf-8-validate'];

const shared = { minify: true, platform: 'node', target: 'node24', legalComments: 'none', logLevel: 'silent' } as const;

export interface Chunk {
  readonly name: string;
  readonly sizeBytes: number;
  /** True when the program can't start without it. */
  readonly eager: boolean;
}

/**
 * Makes CommonJS files of the program and its packages: one of what it starts with, and one of each part that is
 * imported inside a function, so that `--help` neither reads nor parses the Kubernetes client.
 * @param entry path of the first module, whose chunk has its name
 * @param folder where the chunks go
 * @throws Error for whatever esbuild warns of, and for an import that the executable would not find
 */
export async function bundle(entry: string, folder: string): Promise<readonly Chunk[]> {
  const { outputFiles, metafile, warnings } = await build({
    ...shared,
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: folder,
    bundle: true,
    // esbuild splits ES modules only; each is made CommonJS below.
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    metafile: true,
    write: false,
    // Read only where the sources run as they are.
    define: { 'import.meta.dirname': '""' },
    // Its build for Node brings a fetch of its own, which nothing uses.
    alias: { ofetch: join(root, 'node_modules/ofetch/dist/index.mjs') },
  });
  const problems = [...warnings.map(({ text }) => text), ...badImports(metafile)];
  if (problems.length > 0) throw new Error(problems.join('\n'));

  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const eager = eagerNames(outputs, basename(entry).replace(/\.ts$/, '.js'));
  return Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const name = basename(path);
      const { code } = await transform(text, { ...shared, format: 'cjs', supported: { 'dynamic-import': false } });
      await writeFile(join(folder, name), code);
      return { name, sizeBytes: code.length, eager: eager.has(name) };
    }),
  );
}

function badImports({ inputs, outputs }: Metafile): readonly string[] {
  const outside = Object.values(outputs)
    .flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path))
    .filter((path) => !isBuiltin(path) && !optional.includes(path))
    .map((path) => `${path} is neither in the bundle nor a part of Node`);
  const nameless = Object.values(outputs)
    .flatMap(({ entryPoint = '' }) => (inputs[entryPoint]?.format === 'cjs' ? [entryPoint] : []))
    .map(
      (path) =>
        `import() of ${path}, which is CommonJS: only its default would be there; import() a module that imports it`,
    );
  return [...outside, ...nameless];
}

/** The chunk's own name, and those of all that it imports outside of functions, directly or not. */
function eagerNames(outputs: ReadonlyMap<string, Metafile['outputs'][string]>, start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const name of found) {
    const imports = outputs.get(name)?.imports ?? [];
    for (const { path, kind, external } of imports) {
      if (kind === 'import-statement' && !external) found.add(basename(path));
    }
  }
  return found;
}
