import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { BootErrorDetails } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue } from '../../src/plan/labels.ts';
import type { Lab } from '../lab/lab.ts';
import { doneEvent, eventually, failureEvent, tryInstall } from './boot.ts';
import { removeScenario, testLabel, volumePhase } from './kept-data.ts';
import { smallWith } from './services.ts';
import { boundClaims } from './storage-scenarios.ts';

/** What an installation says when something is wrong with its storage, and that it goes on once that is mended. */

export interface StorageFault {
  readonly what: string;
  readonly namespace: string;
  /** 3: seen before anything was written. 4: seen by whom has to use it. */
  readonly code: 3 | 4;
  readonly object: RegExp;
  readonly cause: RegExp;
  /** What to do next. */
  readonly hint: RegExp;
  /** It is not among those that run by default. */
  readonly isSlow?: true;
  /** Breaks something, tries, mends it, and tries again. */
  readonly run: (trial: Trial) => Promise<unknown>;
}

export interface Trial {
  readonly lab: Lab;
  readonly namespace: string;
  /** An installation with this value of `--storage` ends as the fault says, and nothing of others has changed. */
  fails(storage?: string): Promise<void>;
  /**
   * One that ends well, with each claim bound; and what it made is gone afterwards.
   * @param look before that
   */
  succeeds(storage?: string, look?: () => Promise<void>): Promise<void>;
}

const small = smallWith('redis');

/** Plants a fault among things of others, and lets it be found and mended. */
export function tryFault(lab: Lab, context: TestContext, fault: StorageFault): Promise<void> {
  const { what, namespace } = fault;
  return context.test(what, async () => {
    await removeScenario(lab, namespace);
    try {
      await plantStrangers(lab, namespace);
      await fault.run(trialOf(lab, fault));
    } finally {
      await removeScenario(lab, namespace);
    }
  });
}

function trialOf(lab: Lab, fault: StorageFault): Trial {
  const { namespace } = fault;
  const installed = (storage?: string) =>
    tryInstall(lab, namespace, ...small, ...(storage === undefined ? [] : ['--storage', storage]));
  return {
    lab,
    namespace,
    fails: async (storage) => {
      const before = await foreignObjects(lab, namespace);
      const run = await installed(storage);
      const failure = failureEvent(run);
      assert.equal(run.code, fault.code, run.stdout);
      assert.match(failure.object, fault.object);
      assert.match(failure.cause, fault.cause, textOf(failure));
      assert.match(failure.hint ?? '', fault.hint);
      assert.deepEqual(await foreignObjects(lab, namespace), before);
    },
    succeeds: async (storage, look) => {
      const before = strangersOf(await foreignObjects(lab, namespace));
      assert.ok(before.length > 0);
      const run = await installed(storage);
      assert.equal(run.code, 0, run.stdout);
      assert.equal(doneEvent(run).isHealthy, true);
      await boundClaims(lab, namespace);
      assert.deepEqual(strangersOf(await foreignObjects(lab, namespace)), before);
      await look?.();
      await removeScenario(lab, namespace);
    },
  };
}

/** Everything that a failure says, line by line. */
function textOf({ object, cause, evidence = [], hint = '' }: BootErrorDetails): string {
  return [object, cause, ...evidence, hint].join('\n');
}

const stranger = 'theirs';

/** Somebody else's in the same namespace, and outside of it. */
async function plantStrangers(lab: Lab, namespace: string): Promise<void> {
  const inside = { name: stranger, namespace };
  const size = { storage: '1Mi' };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: inside, data: { a: 'b' } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: inside,
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: size } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-${stranger}`, labels: { [testLabel]: namespace } },
      spec: {
        capacity: size,
        accessModes: ['ReadWriteOnce'],
        storageClassName: `${namespace}-${stranger}`,
        hostPath: { path: `/var/lib/edgex/${namespace}/${stranger}` },
      },
    },
  ];
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await volumePhase(lab, `${namespace}-${stranger}`, 'Available');
}

const foreignKinds = 'configmaps,secrets,deployments,services,persistentvolumeclaims';

/** What isn't ours in a namespace, and what of the cluster bears its name, each with uid and version. */
async function foreignObjects(lab: Lab, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all([
    lab.kubectl(['get', foreignKinds, '-n', namespace, '-o', 'json']),
    lab.kubectl(['get', 'persistentvolumes,storageclasses', '-o', 'json']),
  ]);
  const objects = lists.flatMap((text) => (JSON.parse(text) as { readonly items: readonly KubeObject[] }).items);
  return objects
    .filter(({ metadata: { name, labels, namespace: inside } }) => {
      const isOurs = labels?.[managedByLabel] === managedByValue;
      return !isOurs && name !== 'kube-root-ca.crt' && (inside === namespace || name.startsWith(`${namespace}-`));
    })
    .map(({ kind, metadata: { name, uid, resourceVersion } }) => `${kind} ${name} ${uid} ${resourceVersion}`)
    .toSorted();
}

function strangersOf(objects: readonly string[]): readonly string[] {
  return objects.filter((each) => each.includes(stranger));
}

/** Waits until the cluster knows that a node doesn't answer. */
export async function nodeUnready(lab: Lab, node: string): Promise<void> {
  await eventually(
    `${node} is not ready`,
    () => lab.kubectl(['get', 'node', node, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']),
    (status) => status === 'Unknown',
    90_000,
  );
}
