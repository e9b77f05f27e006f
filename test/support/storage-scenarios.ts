import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Lab } from '../lab/lab.ts';
import { type BootRun, boot, doneEvent, eventually, install } from './boot.ts';
import { type ClaimState, claimStates, marksOf, readMarks, removeScenario, writeMarks } from './kept-data.ts';
import { allReady, deletePods, smallWith } from './services.ts';

/** What data have to survive, wherever they are. */

export interface StorageScenario {
  /** On what cluster, and what storage. */
  readonly what: string;
  readonly namespace: string;
  /** For the first installation; none where `auto` is to find it. */
  readonly storage: readonly string[];
  /** What the installation says of its place. */
  readonly place: RegExp;
  /** What has to be there before. */
  readonly prepare?: () => Promise<void>;
}

const small = smallWith('redis');
const withLogging = smallWith('redis', 'logging');

interface Step {
  readonly what: string;
  /** Once for all scenarios, before any of them. */
  readonly before?: (lab: Lab) => Promise<void>;
  readonly each: (lab: Lab, namespace: string) => Promise<unknown>;
  /** Claims that are new. */
  readonly adds?: readonly string[];
}

/** After the first installation nobody says where the data are. */
const steps: readonly Step[] = [
  { what: 'the deletion of every pod', each: deletePods },
  {
    what: 'a restart of the kubelets',
    before: async (lab) => {
      for (const node of lab.nodes) await lab.kubeletRestart(node);
    },
    each: async () => {},
  },
  {
    what: 'uninstall and install',
    each: async (lab, namespace) => {
      const { code, stdout } = await boot(lab, ['uninstall', '--namespace', namespace, '--output', 'json']);
      assert.equal(code, 0, stdout);
      await install(lab, namespace, ...small);
    },
  },
  {
    what: 'an upgrade to one volume more',
    each: (lab, namespace) => install(lab, namespace, ...withLogging),
    adds: ['log-data'],
  },
];

/** An installation whose data are marked, with its claims at the start. */
interface Marked {
  readonly scenario: StorageScenario;
  readonly claims: readonly ClaimState[];
}

/**
 * Installs each, side by side.
 * @returns those that are ready for {@link survive}; of another the test has failed
 */
export async function begun(
  lab: Lab,
  context: TestContext,
  scenarios: readonly StorageScenario[],
): Promise<readonly Marked[]> {
  const marked: Marked[] = [];
  await Promise.all(
    scenarios.map((scenario) =>
      context.test(`install: ${scenario.what}`, async () => {
        marked.push(await begin(lab, scenario));
      }),
    ),
  );
  return marked;
}

/** Installs, finds every claim bound, and lets the services write. */
async function begin(lab: Lab, scenario: StorageScenario): Promise<Marked> {
  const { namespace, storage, place, prepare } = scenario;
  await removeScenario(lab, namespace);
  await prepare?.();
  const run = await install(lab, namespace, ...small, ...storage);
  assert.equal(doneEvent(run).isHealthy, true);
  assert.match(storageFact(run), place);
  await writeMarks(lab, namespace);
  const claims = await boundClaims(lab, namespace);
  assert.deepEqual(
    claims.map(({ name }) => name),
    ['consul-data', 'redis-data'],
  );
  return { scenario, claims };
}

/** Takes marked installations through all steps, side by side, and finds everything again after each. */
export async function survive(lab: Lab, context: TestContext, all: readonly Marked[]): Promise<void> {
  const added = new Set<string>();
  for (const { what, before, each, adds = [] } of steps) {
    await before?.(lab);
    for (const name of adds) added.add(name);
    await Promise.all(
      all.map(({ scenario: { what: where, namespace }, claims }) =>
        context.test(`${what}: ${where}`, async () => {
          await each(lab, namespace);
          await allReady(lab, namespace);
          assert.deepEqual(await marksAgain(lab, namespace), marksOf(namespace));
          const present = await boundClaims(lab, namespace);
          assert.deepEqual(
            present.filter(({ name }) => !added.has(name)),
            claims,
          );
          assert.deepEqual(
            present.map(({ name }) => name),
            [...claims.map(({ name }) => name), ...added].toSorted(),
          );
        }),
      ),
    );
  }
}

/** A Service refuses for a moment after its pod is ready. */
function marksAgain(lab: Lab, namespace: string) {
  return eventually(
    'the services answer',
    () => readMarks(lab, namespace),
    () => true,
    20_000,
  );
}

/** Each claim of an installation, all of them bound. */
export async function boundClaims(lab: Lab, namespace: string): Promise<readonly ClaimState[]> {
  const claims = await claimStates(lab, namespace);
  assert.ok(claims.length > 0, 'there are claims');
  assert.deepEqual(
    claims.filter(({ phase }) => phase !== 'Bound'),
    [],
  );
  return claims;
}

function storageFact({ events }: BootRun): string {
  return events.flatMap((event) => (event.type === 'fact' && event.name === 'storage' ? [event.value] : [])).join();
}
