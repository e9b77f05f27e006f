import type { Script } from 'node:vm';

type Require = (id: string) => unknown;
type Body = (exports: unknown, require: Require, module: { exports: unknown }) => void;

/** A chunk's source, in what Node puts around each CommonJS module. */
export const wrap = (code: string): string => `(function(exports,require,module){${code}\n})`;

/**
 * CommonJS for the chunks of the bundle: `./name.js` is another chunk, everything else a part of Node. Nothing is ever
 * looked for on disk, so nobody can put a module in the program's way.
 * @param compile gives the script of a chunk, made of its source as {@link wrap} returns it
 */
export function requireFrom(compile: (name: string) => Script): Require {
  const modules = new Map<string, { exports: unknown }>();
  return function require(id) {
    if (!id.startsWith('./')) return partOfNode(id);
    const known = modules.get(id);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(id, module);
    const body: Body = compile(id.slice(2)).runInThisContext();
    body(module.exports, require, module);
    return module.exports;
  };
}

function partOfNode(id: string): unknown {
  const found = process.getBuiltinModule(id);
  if (found === undefined) throw new Error(`${id} is not a part of Node`);
  return found;
}
