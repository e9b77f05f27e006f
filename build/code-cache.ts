import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { requireFrom, wrap } from './modules.ts';

/**
 * Writes the code cache of each chunk beside it: `node code-cache.ts NAME...` in their folder. The first one is the
 * program's start and is only compiled; the others run once, so that what they run when they are loaded is there as
 * bytecode too. Only the Node that made a cache takes it.
 */

const names = process.argv.slice(2);
const scripts = new Map(
  names.map((name) => [name, new Script(wrap(readFileSync(name, 'utf8')), { filename: name })] as const),
);
const scriptOf = (name: string): Script => {
  const script = scripts.get(name);
  if (!script) throw new Error(`${name} is not one of the chunks`);
  return script;
};

const require = requireFrom(scriptOf);
for (const name of names.slice(1)) require(`./${name}`);
for (const [name, script] of scripts) writeFileSync(`${name}.cache`, script.createCachedData());
// What the chunks have opened must not keep this waiting.
process.exit();
