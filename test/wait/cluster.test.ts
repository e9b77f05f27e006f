import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError, isBootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { MachineIds } from '../../src/plan/node-identity.ts';
import { awaitCluster, type ClusterStage } from '../../src/wait/cluster.ts';
import { clusterStages } from '../../src/wait/cluster-stages.ts';
import { fakeClock } from '../kube/fake-api.ts';

const clusterError = (cause: string, isLasting?: true): BootError =>
  new BootError({ exit: 'cluster', object: 'x', cause, ...(isLasting ? { isLasting } : {}) });

/** A wait for stages, each of which says what it has at a time. */
async function wait(
  probes: Readonly<Record<string, (nowMs: number) => string | undefined>>,
  deadlineMs = 600_000,
  graces: Readonly<Record<string, number>> = {},
) {
  const clock = fakeClock();
  const events: BootEvent[] = [];
  const stages = Object.entries(probes).map(
    ([code, probe]): ClusterStage => ({
      code,
      title: code,
      probe: async () => probe(clock.now()),
      ...(graces[code] === undefined ? {} : { graceMs: graces[code] }),
    }),
  );
  const { signal } = new AbortController();
  const failure = await awaitCluster(stages, { clock, signal, emit: (event) => events.push(event), deadlineMs }).then(
    () => undefined,
    (error: unknown) => (isBootError(error) ? error.details : assert.fail(String(error))),
  );
  return { failure, endMs: clock.now(), slept: clock.slept, events };
}

const from = (ms: number) => (nowMs: number) => (nowMs >= ms ? undefined : 'not there');

describe('the wait for a cluster', () => {
  it('costs nothing when it is up', async () => {
    const { failure, slept, events } = await wait({ a: from(0), b: from(0) });
    assert.equal(failure, undefined);
    assert.deepEqual(slept, []);
    assert.deepEqual(events, []);
  });

  it('goes on stage by stage, ever more gently, and tells each', async () => {
    const { failure, endMs, slept, events } = await wait({ a: from(20_000), b: from(60_000) });
    assert.equal(failure, undefined);
    assert.ok(endMs >= 60_000 && endMs <= 65_000, `${endMs}`);
    assert.equal(slept[0], 1_000);
    assert.equal(slept.at(-1), 5_000);
    const told = events.flatMap((event) => (event.type === 'stage' ? [event.message] : []));
    assert.deepEqual(told, ['waiting for a: not there', 'waiting for b: not there']);
    assert.ok(events.some(({ type }) => type === 'heartbeat'));
  });

  it('ends with the stage that is late', async () => {
    const { failure, endMs } = await wait({ a: from(0), b: from(99_999) }, 30_000);
    assert.equal(endMs, 30_000);
    assert.equal(failure?.exit, 'cluster');
    assert.match(failure?.cause ?? '', /^not there \(stage b, after waiting for 30 s\)$/);
    assert.match(failure?.hint ?? '', /--wait-cluster/);
  });

  it('takes a failure to look for a stage that is missing, and its words for the cause', async () => {
    const throws = (nowMs: number): undefined => {
      if (nowMs < 10_000) throw clusterError('connection refused');
    };
    const { failure, events } = await wait({ a: throws });
    assert.equal(failure, undefined);
    assert.equal(events[0]?.type === 'stage' && events[0].message, 'waiting for a: connection refused');
  });

  it('ends at once where waiting changes nothing', async () => {
    const denied = (): undefined => {
      throw clusterError('may not read it', true);
    };
    const { failure, endMs } = await wait({ a: denied });
    assert.equal(endMs, 0);
    assert.equal(failure?.cause, 'may not read it');
  });

  it('goes on without what has its grace', async () => {
    const never = (): string => 'no such Service';
    const { failure, endMs, events } = await wait({ a: never, b: from(0) }, 600_000, { a: 60_000 });
    assert.equal(failure, undefined);
    assert.ok(endMs >= 60_000 && endMs <= 65_000, `${endMs}`);
    const warning = events.find(({ type }) => type === 'warning');
    assert.equal(warning?.type === 'warning' && warning.message, 'no such Service; going on without it');
  });

  it('has no grace beyond its deadline', async () => {
    const { failure, endMs } = await wait({ a: () => 'x' }, 10_000, { a: 60_000 });
    assert.equal(failure, undefined);
    assert.equal(endMs, 10_000);
  });
});

interface World {
  readonly version?: number;
  readonly readyz?: string;
  readonly objects?: readonly Partial<KubeObject>[];
  readonly deny?: string;
  readonly machine?: MachineIds;
}

/** What each stage says of a cluster, by its code. */
async function stagesOf({ version = 200, readyz, objects = [], deny, machine }: World, className?: string) {
  const refuse = (kind: string): void => {
    if (kind === deny) throw new KubeError({ exit: 'cluster', object: kind, cause: 'denied' }, { status: 403 });
  };
  const kube = {
    raw: async (path: string) => {
      if (path === '/version') return { status: version, body: '' };
      return { status: readyz === undefined ? 200 : 500, body: readyz ?? 'ok' };
    },
    get: async ({ kind, name }: { readonly kind: string; readonly name: string }) => {
      refuse(kind);
      return objects.find((object) => object.kind === kind && object.metadata?.name === name) as KubeObject | undefined;
    },
    list: async (_apiVersion: string, kind: string) => {
      refuse(kind);
      return objects.filter((object) => object.kind === kind) as readonly KubeObject[];
    },
  };
  const stages = clusterStages(
    () => kube,
    () => machine,
    className,
  );
  return Object.fromEntries(await Promise.all(stages.map(async ({ code, probe }) => [code, await probe()] as const)));
}

const node = (status: string, message = ''): Partial<KubeObject> => ({
  kind: 'Node',
  metadata: { name: 'pi' },
  status: { conditions: [{ type: 'Ready', status, message }] },
});
/** The node of a machine as it was at one of the machine's starts. */
const nodeAt = (bootID: string, machineID = 'm'): Partial<KubeObject> => ({
  ...node('True'),
  status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { bootID, machineID } },
});
const machine: MachineIds = { bootId: 'now', machineId: 'm', addresses: [], hostname: 'pi' };
const account = { kind: 'ServiceAccount', metadata: { name: 'default' } };
const dns = { kind: 'Service', metadata: { name: 'kube-dns' } };
const slice = (ready: boolean): Partial<KubeObject> => ({
  kind: 'EndpointSlice',
  metadata: { name: 'kube-dns-1' },
  endpoints: [{ conditions: { ready } }],
});
const up = [node('True'), account, dns, slice(true)];

describe('a stage of a cluster', () => {
  it('is reached in one that is up, each of them', async () => {
    const seen = await stagesOf({ objects: [...up, { kind: 'StorageClass', metadata: { name: 'nfs' } }] }, 'nfs');
    assert.deepEqual(
      Object.values(seen),
      Object.values(seen).map(() => undefined),
    );
    assert.equal(Object.keys(seen).length, 8);
  });

  const missing: Readonly<Record<string, readonly [World, code: string, cause: RegExp]>> = {
    'an API server that starts': [{ version: 503 }, 'api-answers', /^it answers with status 503$/],
    'an API server that knows nobody yet': [{ version: 401 }, 'api-answers', /401/],
    'an API server whose parts start': [
      { readyz: '[+]ping ok\n[-]etcd failed: x\n[-]informer-sync failed' },
      'api-ready',
      /^not ready: etcd, informer-sync$/,
    ],
    'no node': [{}, 'node-ready', /^no node has joined$/],
    'a node without its network': [
      { objects: [node('False', 'cni plugin not initialized')] },
      'node-ready',
      /^pi: cni plugin not initialized$/,
    ],
    'a node as it was before this machine started': [
      { objects: [nodeAt('before')], machine },
      'node-reported',
      /^pi has not reported since this machine's start$/,
    ],
    'no account': [{}, 'service-account', /^not there$/],
    'no Service of the DNS': [{}, 'dns', /has the label k8s-app=kube-dns$/],
    'a DNS without a pod': [{ objects: [dns] }, 'dns', /^no pod of it is ready$/],
    'a DNS whose pod starts': [{ objects: [dns, slice(false)] }, 'dns', /^no pod of it is ready$/],
  };
  for (const [what, [world, code, cause]] of Object.entries(missing)) {
    it(`is missing with ${what}`, async () => {
      assert.match((await stagesOf(world))[code] ?? '', cause);
    });
  }

  const reported: Readonly<Record<string, World>> = {
    'this machine has reported': { objects: [nodeAt('now')], machine },
    'this machine has reported, and a clone of it too': { objects: [nodeAt('before'), nodeAt('now')], machine },
    'another machine has this name': { objects: [nodeAt('before', 'n')], machine },
    'this machine is no node': { objects: [nodeAt('before')], machine: { ...machine, hostname: 'laptop' } },
    'this machine tells nothing of itself': { objects: [nodeAt('before')] },
    'nobody may look at nodes': { objects: [nodeAt('before')], machine, deny: 'Node' },
  };
  for (const [what, world] of Object.entries(reported)) {
    it(`waits for no report where ${what}`, async () => {
      assert.equal((await stagesOf(world))['node-reported'], undefined);
    });
  }

  it('is missing without the storage class that was named', async () => {
    assert.equal((await stagesOf({ objects: up }, 'nfs'))['storage-class'], 'not there');
  });

  it('counts as reached where this user may not look', async () => {
    assert.equal((await stagesOf({ deny: 'Node' }))['node-ready'], undefined);
  });
});
