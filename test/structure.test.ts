import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCycle } from '../src/plan/graph.ts';
import { fuji } from './support/fuji.ts';
import { readSource, readSources, type Source } from './support/sources.ts';

/** What keeps the program small enough to be understood: who may use whom, and what lies where. */

/** Folder to the folders whose code it may use, beside its own. Types may come from any, unless noted below. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kube: ['base'],
  plan: ['base'],
  options: ['base'],
  report: ['base'],
  facts: ['base', 'kube', 'plan'],
  apply: ['base', 'kube', 'plan'],
  wait: ['base', 'kube', 'plan'],
  consul: ['base', 'kube', 'plan'],
  mqtt: ['base', 'kube', 'plan'],
  verify: ['base', 'kube', 'plan', 'consul', 'mqtt'],
  commands: ['base', 'kube', 'plan', 'options', 'report', 'facts', 'apply', 'wait', 'consul', 'mqtt', 'verify'],
  '': ['base', 'commands'],
};
/** Whose types nobody below may take either. */
const top = ['commands', ''];
/** Which take types only from where they take code. */
const bottom = ['base', 'kube'];

/** What they need of the world comes in as a value; in wait that is a Clock and a KubeClient. */
const pureFolders = ['plan', 'options', 'report', 'wait'];
const impureModules = /^node:(fs|net|tls|dgram|dns|http|https|http2|child_process|timers|os|worker_threads)(\/|$)/;
/** Not base/assets.ts: what it reads is part of the program, as code is. */
const clock = 'src/base/clock.ts';

const maxSizeBytes = 12 * 1024;
const clusterClient = '@kubernetes/client-node';

const folderOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? '';

interface Rule {
  readonly rule: string;
  /** What to do about it. */
  readonly advice: string;
  /** What breaks the rule, each in a line. */
  readonly find: (sources: readonly Source[]) => readonly string[];
  /** Sources that break it. */
  readonly bad: readonly (readonly [path: string, text: string])[];
}

const rules: readonly Rule[] = [
  {
    rule: 'every folder of src has its place in the order',
    advice: 'Give the folder a row in `mayUse`, and docs/design.md a line.',
    find: (sources) =>
      [...new Set(sources.map(({ folder }) => folder))].filter((folder) => !(folder in mayUse)).map((f) => `src/${f}`),
    bad: [['src/helpers/x.ts', '']],
  },
  {
    rule: 'imports go down only',
    advice: 'Pass in what is needed as a value, or move what both need further down.',
    find: (sources) =>
      sources.flatMap(({ path, folder, imports }) =>
        imports
          .filter(({ to }) => to.startsWith('src/'))
          .filter(({ to, isType }) => {
            const target = folderOf(to);
            if (target === folder || mayUse[folder]?.includes(target)) return false;
            return !isType || top.includes(target) || bottom.includes(folder);
          })
          .map(({ to }) => `${path} uses ${to}`),
      ),
    bad: [
      ['src/kube/x.ts', "import { readCluster } from '../facts/cluster.ts';"],
      ['src/plan/x.ts', "import {\n  a,\n  type B,\n} from '../kube/client.ts';"],
      ['src/kube/x.ts', "import type { Plan } from '../plan/types.ts';"],
      ['src/apply/x.ts', "import type { Work } from '../commands/program.ts';"],
      ['src/wait/x.ts', "export { a } from '../apply/apply.ts';"],
      ['src/apply/x.ts', "const { a } = await import('../wait/wait.ts');"],
    ],
  },
  {
    rule: 'no file uses itself by way of others',
    advice: 'Move what both ends need into a file of its own.',
    find: (sources) => {
      const cycle = findCycle(Object.fromEntries(sources.map(({ path, imports }) => [path, imports.map((i) => i.to)])));
      return cycle ? [cycle.join(' → ')] : [];
    },
    bad: [
      ['src/plan/x.ts', "import { y } from './y.ts';"],
      ['src/plan/y.ts', "import type { X } from './x.ts';"],
    ],
  },
  {
    rule: `${pureFolders.join(', ')} have no clock, no file and no network`,
    advice: 'Let the caller read it, and take it as a value.',
    find: (sources) =>
      sources
        .filter(({ folder }) => pureFolders.includes(folder))
        .flatMap(({ path, imports, code, globals }) => [
          ...imports
            .filter(({ to, isType }) => !isType && (impureModules.test(to) || to === clock))
            .map(({ to }) => `${path} uses ${to}`),
          ...globals.map((name) => `${path} uses ${name}`),
          ...(/\bnew Date\(\)/.test(code) ? [`${path} uses new Date()`] : []),
        ]),
    bad: [
      ['src/plan/x.ts', "import { readFileSync } from 'node:fs';"],
      ['src/options/x.ts', "import { readFile } from 'node:fs/promises';"],
      ['src/report/x.ts', "import { systemClock } from '../base/clock.ts';"],
      ['src/wait/readiness.ts', 'export const now = () => Date.now();'],
      ['src/wait/causes.ts', 'export const now = () => new Date().toISOString();'],
      ['src/plan/y.ts', "export const ask = () => fetch('http://x');"],
    ],
  },
  {
    rule: 'the date is for people, and read in commands and facts alone',
    advice: 'Wait by a Clock: the date of a board jumps when it learns the time.',
    find: (sources) =>
      sources
        .filter(({ folder, globals, code }) => {
          const readsDate = globals.includes('Date.now') || /\bnew Date\(\)/.test(code);
          return readsDate && !['commands', 'facts'].includes(folder);
        })
        .map(({ path }) => path),
    bad: [
      ['src/apply/x.ts', 'export const late = Date.now() + 5;'],
      ['src/base/y.ts', 'export const now = new Date();'],
    ],
  },
  {
    rule: 'only main.ts touches the process',
    advice: 'Take arguments, environment, streams and signals from the caller.',
    find: (sources) =>
      sources
        .filter(({ path }) => path !== 'src/main.ts')
        .filter(
          ({ imports, globals }) => globals.includes('process') || imports.some(({ to }) => to === 'node:process'),
        )
        .map(({ path }) => path),
    bad: [
      ['src/commands/x.ts', 'export const home = process.env.HOME;'],
      ['src/commands/y.ts', "import { env } from 'node:process';"],
    ],
  },
  {
    rule: 'nothing is printed past the reporters',
    advice: 'Emit an event, or write to the stdout that the caller gave.',
    find: (sources) => sources.filter(({ globals }) => globals.includes('console')).map(({ path }) => path),
    bad: [['src/apply/x.ts', "console.log('done');"]],
  },
  {
    rule: 'only src/kube knows the Kubernetes client',
    advice: 'Use the KubeClient of src/kube/types.ts.',
    find: (sources) =>
      sources
        .filter(({ folder, imports }) => folder !== 'kube' && imports.some(({ to }) => to.startsWith(clusterClient)))
        .map(({ path }) => path),
    bad: [['src/facts/x.ts', `import type { V1Pod } from '${clusterClient}';`]],
  },
  {
    rule: 'no service of a release is named in code',
    advice: 'Say it in the release file, with a field if there is none yet.',
    find: (sources) => {
      const names = Object.keys(fuji().services);
      return sources.flatMap(({ path, code }) =>
        names.filter((name) => code.includes(name)).map((name) => `${path} names ${name}`),
      );
    },
    bad: [['src/wait/x.ts', "export const first = 'edgex-core-data';"]],
  },
  {
    rule: 'nothing is exported without a name',
    advice: 'Export it by its name.',
    find: (sources) =>
      sources
        .filter(({ code }) => /^export default\b|^export \{[^}]*\bas default\b/m.test(code))
        .map(({ path }) => path),
    bad: [
      ['src/plan/x.ts', 'export default 1;'],
      ['src/plan/y.ts', 'const x = 1;\nexport { x as default };'],
    ],
  },
  {
    rule: 'every file is read in one sitting',
    advice: 'Split it where a second idea begins.',
    find: (sources) =>
      sources
        .filter(({ sizeBytes }) => sizeBytes > maxSizeBytes)
        .map(({ path, sizeBytes }) => `${path} has ${sizeBytes} bytes, ${maxSizeBytes} are the most`),
    bad: [['src/plan/x.ts', `// ${'x'.repeat(maxSizeBytes)}`]],
  },
];

const sources = readSources();

for (const { rule, advice, find, bad } of rules) {
  test(rule, () => {
    const found = find(sources);
    assert.equal(found.length, 0, `${advice}\n${found.join('\n')}`);
  });

  test(`${rule}: what breaks it is found`, () => {
    const broken = bad.map(([path, text]) => readSource(path, text));
    if (rule.startsWith('no file uses itself')) assert.equal(find(broken).length, 1);
    else for (const source of broken) assert.equal(find([source]).length, 1, source.path);
  });
}

test('words in comments and texts break nothing', () => {
  const text = "// process.exit, console.log\nexport const said = 'process.env is fetch() from edgex';\n";
  const harmless = readSource('src/plan/x.ts', `${text}export const f = (process: string) => process.length;`);
  for (const { rule, find } of rules) assert.deepEqual(find([harmless]), [], rule);
});
