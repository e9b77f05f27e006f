import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { mapPool } from '../../src/base/pool.ts';
import { type Lab, labUp } from '../lab/lab.ts';
import { boot, doneEvent, removeNamespace } from '../support/boot.ts';
import { runInherited } from '../support/exec.ts';
import { smallWith } from '../support/services.ts';

/**
 * `npm run bench:fleet -- 30`: as many nodes as one says, all with the same site file, five at a time. A node is a
 * namespace here, so all of them share one API server, one disk and these processors: times say little, requests do.
 * Fails when a node doesn't get there, or asks its API server for more than it may.
 */

const count = Number(process.argv[2] ?? 100);
const parallel = 5;
const limits = { requests: 400, perSecond: 20 };

interface Node {
  readonly namespace: string;
  readonly code: number | null;
  readonly requests: number;
  readonly perSecond: number;
  readonly elapsedMs: number;
  readonly words: string;
}

async function setUp(lab: Lab, site: string, namespace: string): Promise<Node> {
  // As the unit of cloud-init calls it; the namespace is what stands for the node.
  const args = ['install', '--config', site, '--namespace', namespace, '--throttle', '--output', 'json'];
  await removeNamespace(lab, namespace);
  const run = await boot(lab, args);
  await removeNamespace(lab, namespace);
  const { code, stdout, stderr } = run;
  if (code !== 0)
    return { namespace, code, requests: 0, perSecond: 0, elapsedMs: run.elapsedMs, words: stdout + stderr };
  const { requests = 0, elapsedMs } = doneEvent(run);
  return { namespace, code, requests, perSecond: (1000 * requests) / elapsedMs, elapsedMs, words: '' };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(8);
  return `${at(0)}${at(0.5)}${at(1)}`;
}

await runInherited(process.execPath, ['build/build.ts']);
const lab = await labUp();
const dir = await mkdtemp(join(tmpdir(), 'edgex-boot-fleet-'));
const site = join(dir, 'site.yaml');
const [, database, , without = ''] = smallWith('redis');
await writeFile(site, stringify({ site: 'fleet', database, without: without.split(','), verify: false }));

const startMs = performance.now();
const namespaces = Array.from({ length: count }, (_, index) => `fb-fleet-${index + 1}`);
const nodes = await mapPool(namespaces, parallel, async (namespace) => {
  const node = await setUp(lab, site, namespace);
  console.log(
    `${namespace}: exit code ${node.code}, ${node.requests} requests in ${(node.elapsedMs / 1000).toFixed(1)} s`,
  );
  return node;
});
await rm(dir, { recursive: true });

const failed = nodes.filter(({ code }) => code !== 0);
const good = nodes.filter(({ code }) => code === 0);
for (const { namespace, code, words } of failed) console.log(`${namespace}: exit code ${code}\n${words}`);
console.log(
  `${good.length} of ${count} nodes are set up, after ${((performance.now() - startMs) / 1000).toFixed(0)} s`,
);
console.log(`${''.padEnd(22)}${['least', 'median', 'most'].map((word) => word.padStart(8)).join('')}`);
console.log(`${'requests'.padEnd(22)}${spread(good.map(({ requests }) => requests))}`);
console.log(`${'requests a second'.padEnd(22)}${spread(good.map(({ perSecond }) => perSecond))}`);
console.log(`${'seconds'.padEnd(22)}${spread(good.map(({ elapsedMs }) => elapsedMs / 1000))}`);
const isOver = good.some((node) => node.requests > limits.requests || node.perSecond > limits.perSecond);
console.log(`at most ${limits.requests}, ${limits.perSecond} a second: ${isOver ? 'not met' : 'met'}`);
process.exitCode = isOver || failed.length > 0 ? 1 : 0;
