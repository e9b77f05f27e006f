import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { criticalPath } from '../../src/plan/graph.ts';
import { graphOf } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { type Lab, labUp } from '../lab/lab.ts';
import { nodeDir } from '../lab/places.ts';
import { removeNamespace } from '../support/boot.ts';
import { capture, runInherited } from '../support/exec.ts';
import { clusterFacts, installedFacts, noStorage } from '../support/facts.ts';
import { fujiPlan } from '../support/fuji.ts';
import { referenceSteps, type Step } from './reference.ts';

/**
 * `npm run bench:install`: the reference procedure, edgex-boot, and the critical path of the graph, in one run, on the
 * same cluster with the same images present, each from an empty namespace. Prints ratios; never fails on a time.
 *
 * The critical path is made of each service's own time, measured alone: scaled to nothing and back to one while
 * all others run, until its pod is ready. No order of starting can be faster than the longest chain of these.
 */

const database = 'redis';
const binary = './dist/edgex-boot';
const goals = { reference: 4, criticalPath: 1.25 };
const node = 'node1';
const maxLooks = 120;

type Times = Readonly<Record<string, number>>;
interface Timing {
  readonly totalMs: number;
  readonly byServiceMs: Times;
}

function planFor(namespace: string): Plan {
  return fujiPlan({
    namespace,
    database,
    storage: 'local',
    facts: {
      cluster: clusterFacts({ name: node }),
      storage: noStorage,
      installed: installedFacts(namespace),
    },
  });
}

async function measureReference(lab: Lab): Promise<Timing> {
  const namespace = 'bench-reference';
  const plan = planFor(namespace);
  await lab.kubectl(['create', 'namespace', namespace]);
  // The reference's directories were made by hand before.
  for (const { path } of plan.directories) mkdirSync(join(nodeDir(1), 'disk', path), { recursive: true, mode: 0o777 });
  const byServiceMs: Record<string, number> = {};
  const startMs = performance.now();
  for (const { title, objects, wait } of referenceSteps(plan)) {
    const beganMs = performance.now();
    for (const object of objects) await lab.kubectl(['create', '-f', '-'], JSON.stringify(object));
    if (wait) await hold(lab, namespace, wait);
    byServiceMs[title] = performance.now() - beganMs;
  }
  const totalMs = performance.now() - startMs;
  await removeNamespace(lab, namespace);
  return { totalMs, byServiceMs };
}

/** As the procedure waits. */
async function hold(lab: Lab, namespace: string, wait: NonNullable<Step['wait']>): Promise<void> {
  const inNamespace = ['-n', namespace];
  if ('available' in wait) {
    const condition = ['--for=condition=available', '--timeout=120s', `deployment/${wait.available}`];
    await lab.kubectl([...inNamespace, 'wait', ...condition]);
    return;
  }
  const phase = () => lab.kubectl([...inNamespace, 'get', 'pod', wait.succeeded, '-o', 'jsonpath={.status.phase}']);
  for (let look = 0; (await phase()) !== 'Succeeded'; look++) {
    if (look === maxLooks) throw new Error(`pod ${wait.succeeded} has not succeeded after ${maxLooks} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function measureInstall(lab: Lab, namespace: string): Promise<Timing> {
  const args = ['install', '--namespace', namespace, '--database', database, '--no-verify', '--output', 'json'];
  const { code, stdout, stderr, elapsedMs } = await capture(binary, args, {
    env: { ...process.env, KUBECONFIG: lab.kubeconfig },
  });
  if (code !== 0) throw new Error(`${binary} ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`);
  const events = `${stdout}${stderr}`.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const ready = events.filter(({ type, state }) => type === 'service' && state === 'ready');
  return {
    totalMs: elapsedMs,
    byServiceMs: Object.fromEntries(ready.map((event) => [event.service, event.elapsedMs])),
  };
}

/** Each service's own time, nothing else starting meanwhile. */
async function measureAlone(lab: Lab, namespace: string, services: readonly string[]): Promise<Times> {
  const times: Record<string, number> = {};
  const inNamespace = ['-n', namespace];
  for (const service of services) {
    await lab.kubectl([...inNamespace, 'scale', `deployment/${service}`, '--replicas=0']);
    await lab.kubectl([
      ...inNamespace,
      'wait',
      '--for=delete',
      'pod',
      `-lorg.edgexfoundry.service=${service}`,
      '--timeout=90s',
    ]);
    const startMs = performance.now();
    await lab.kubectl([...inNamespace, 'scale', `deployment/${service}`, '--replicas=1']);
    await lab.kubectl([...inNamespace, 'rollout', 'status', `deployment/${service}`, '--timeout=120s']);
    times[service] = performance.now() - startMs;
  }
  return times;
}

const seconds = (ms: number | undefined) => (ms === undefined ? '-' : (ms / 1000).toFixed(1)).padStart(10);
const verdict = (isMet: boolean) => (isMet ? 'met' : 'not met');

await runInherited(process.execPath, ['build/build.ts']);
const lab = await labUp();
const namespace = 'bench-boot';
for (const each of ['bench-reference', namespace]) await removeNamespace(lab, each);

const reference = await measureReference(lab);
const install = await measureInstall(lab, namespace);
const { services } = planFor(namespace);
const alone = await measureAlone(
  lab,
  namespace,
  services.map(({ name }) => name),
);
await removeNamespace(lab, namespace);
const critical = criticalPath(graphOf(services), alone);

console.log(
  `${'service, in s'.padEnd(42)}${'reference'.padStart(10)}${'ready at'.padStart(10)}${'alone'.padStart(10)}`,
);
for (const name of new Set([...Object.keys(reference.byServiceMs), ...services.map((service) => service.name)])) {
  const columns = [reference.byServiceMs[name], install.byServiceMs[name], alone[name]];
  console.log(`${name.padEnd(42)}${columns.map(seconds).join('')}`);
}
console.log(`${'all'.padEnd(42)}${[reference.totalMs, install.totalMs, critical.totalMs].map(seconds).join('')}`);
console.log(`critical path: ${critical.path.join(' → ')}`);
const faster = reference.totalMs / install.totalMs;
const overPath = install.totalMs / critical.totalMs;
console.log(
  `reference / install:     ${faster.toFixed(2)} (goal at least ${goals.reference}: ${verdict(faster >= goals.reference)})`,
);
console.log(
  `install / critical path: ${overPath.toFixed(2)} (goal at most ${goals.criticalPath}: ${verdict(overPath <= goals.criticalPath)})`,
);
