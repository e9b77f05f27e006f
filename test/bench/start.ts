import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../lab/places.ts';
import { runInherited } from '../support/exec.ts';

/**
 * `npm run bench:start`: how long the program takes until it has said something that needs no cluster, against bare
 * Node of the same version and against kubectl, one after another in each round; and how big it is. Never fails on a time.
 */

const rounds = 20;
const goals = { ratio: 1.3, sizeBytes: 115e6, xzBytes: 30e6 };
const program = 'dist/edgex-boot';

interface Row {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  /** Whether the goal for the ratio is about it. */
  readonly isMeasured: boolean;
}

interface Times {
  readonly medianMs: number;
  readonly minMs: number;
}

/** The lab's kubectl, when the lab was ever built on this machine. */
function labKubectl(): string | undefined {
  const folder = cacheDir();
  const builds = existsSync(folder) ? readdirSync(folder).filter((name) => /^go-\w+$/.test(name)) : [];
  return builds.map((name) => join(folder, name, 'kubectl')).find(existsSync);
}

function elapsedMs([command, ...args]: Row['command']): number {
  const startedMs = performance.now();
  const { status, error, stderr } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? status}\n${stderr}`);
  return performance.now() - startedMs;
}

function measure(rows: readonly Row[]): ReadonlyMap<Row, Times> {
  const samples = new Map(rows.map((row): [Row, number[]] => [row, []]));
  // The first round only brings the files into memory.
  for (let round = 0; round <= rounds; round++) {
    for (const [row, times] of samples) {
      const ms = elapsedMs(row.command);
      if (round > 0) times.push(ms);
    }
  }
  return new Map(
    [...samples].map(([row, times]) => {
      const sorted = times.toSorted((a, b) => a - b);
      return [row, { medianMs: sorted[rounds / 2] ?? 0, minMs: sorted[0] ?? 0 }];
    }),
  );
}

/** Size of a file as `xz -9` makes it; undefined where there is no xz. */
function compressedBytes(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn('xz', ['-9', '--stdout', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let sizeBytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? sizeBytes : undefined));
  });
}

const verdict = (isMet: boolean) => (isMet ? 'met' : 'not met');
const sized = (bytes: number, goalBytes: number) =>
  `${(bytes / 1e6).toFixed(1)} MB (goal at most ${goalBytes / 1e6} MB: ${verdict(bytes <= goalBytes)})`;

await runInherited(process.execPath, ['build/build.ts']);
const kubectl = labKubectl();
const bare: Row = { title: 'node -e 0', command: [process.execPath, '-e', '0'], isMeasured: false };
const rows: readonly Row[] = [
  bare,
  { title: 'edgex-boot --version', command: [program, '--version'], isMeasured: true },
  { title: 'edgex-boot --help', command: [program, '--help'], isMeasured: true },
  { title: 'edgex-boot render', command: [program, 'render'], isMeasured: false },
  ...(kubectl
    ? [{ title: 'kubectl version --client', command: [kubectl, 'version', '--client'], isMeasured: false } as const]
    : []),
];
const times = measure(rows);
const base = times.get(bare) ?? { medianMs: 0, minMs: 0 };

console.log(`\n${`in ms, ${rounds} runs each`.padEnd(28)}  median     min   median and min against ${bare.title}`);
for (const [{ title, isMeasured }, { medianMs, minMs }] of times) {
  const ratio = medianMs / base.medianMs;
  const goal = isMeasured ? ` (goal at most ${goals.ratio}: ${verdict(ratio <= goals.ratio)})` : '';
  const figures = [medianMs, minMs].map((ms) => ms.toFixed(1).padStart(8)).join('');
  console.log(`${title.padEnd(28)}${figures}   ${ratio.toFixed(2)}  ${(minMs / base.minMs).toFixed(2)}${goal}`);
}
if (!kubectl) console.log('kubectl: left out, since the lab was never built here (npm run lab up)');

console.log(`\nsize      ${sized(statSync(program).size, goals.sizeBytes)}`);
const xzBytes = await compressedBytes(program);
console.log(`as xz -9  ${xzBytes === undefined ? 'not measured: no xz here' : sized(xzBytes, goals.xzBytes)}`);
