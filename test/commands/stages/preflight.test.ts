import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BootEvent } from '../../../src/base/events.ts';
import type { KubeObject } from '../../../src/base/kube-types.ts';
import type { Prepared } from '../../../src/commands/prepare.ts';
import { preflight } from '../../../src/commands/stages/preflight.ts';
import type { KubeClient } from '../../../src/kube/types.ts';
import { fakeReach } from '../../consul/fakes.ts';
import { fuji, fujiPlan, fujiTrees } from '../../support/fuji.ts';

function node(conditions: Readonly<Record<string, string>>): KubeObject {
  const status = {
    conditions: Object.entries(conditions).map(([type, holds]) => ({ type, status: holds, message: 'm' })),
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'pi' }, spec: {}, status };
}

async function warnings(gitVersion: string, nodes: readonly KubeObject[]): Promise<readonly string[]> {
  const asked: string[] = [];
  const kube = {
    server: 'https://cluster.example.com',
    raw: async (path: string) => {
      asked.push(path);
      return { status: 200, body: JSON.stringify({ gitVersion }), dateMs: Date.now() };
    },
    list: async (_: string, kind: string) => {
      asked.push(kind);
      return nodes;
    },
  } as Partial<KubeClient> as KubeClient;
  const prepared = { kube, reach: fakeReach(() => ({ status: 500, body: '' })), plan: fujiPlan() };
  const loaded = { release: fuji(), trees: fujiTrees(), overrides: {} };
  const events: BootEvent[] = [];
  const signal = new AbortController().signal;
  await preflight({ ...prepared, ...loaded } as Partial<Prepared> as Prepared, signal, (event) => events.push(event));
  assert.deepEqual(asked.toSorted(), ['/version', 'Node'], 'it costs two questions');
  return events.map((event) => (event.type === 'warning' ? `${event.object}: ${event.message}` : event.type));
}

it('a cluster that is well is not spoken of', async () => {
  assert.deepEqual(await warnings('v1.30.1', [node({ Ready: 'True', DiskPressure: 'False' })]), []);
});

it('what is wrong is a warning, under the code of the check', async () => {
  assert.deepEqual(await warnings('v1.19.8', [node({ Ready: 'False', DiskPressure: 'True' })]), [
    'cluster-version: it is v1.19.8; 1.23 is the oldest',
    'nodes-ready: node/pi: it is NotReady',
    'nodes-pressure: node/pi: DiskPressure: m',
  ]);
});
