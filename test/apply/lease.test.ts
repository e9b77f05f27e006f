import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LeaseContext, withLease } from '../../src/apply/lease.ts';
import { isBootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { KubeError } from '../../src/kube/errors.ts';

const namespace = 'edgex';

interface Spec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
}

/** An API server with one Lease that checks versions, and what happens on it while others sleep. */
function leaseServer(holder?: string) {
  let version = 1;
  let lease: KubeObject | undefined;
  const write = (spec: object): KubeObject => {
    const before = (lease?.spec ?? {}) as object;
    const merged = Object.fromEntries(Object.entries({ ...before, ...spec }).filter(([, value]) => value !== null));
    lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'edgex-boot', namespace, resourceVersion: String(++version) },
      spec: merged,
    };
    return lease;
  };
  if (holder !== undefined) write({ holderIdentity: holder, leaseDurationSeconds: 15 });
  const refuse = (status: number, reason: string): never => {
    throw new KubeError({ exit: 'rollout', object: 'lease', cause: reason }, { status, reason });
  };
  return {
    write,
    remove: () => {
      lease = undefined;
    },
    spec: (): Spec | undefined => lease?.spec as Spec | undefined,
    get: async () => lease,
    create: async (object: KubeObject) => (lease ? refuse(409, 'AlreadyExists') : write(object.spec as object)),
    patch: async (_ref: unknown, patch: object) => {
      const { metadata, spec } = patch as KubeObject & { readonly spec: object };
      if (!lease) return refuse(404, 'NotFound');
      if (metadata.resourceVersion !== lease.metadata.resourceVersion) return refuse(409, 'Conflict');
      return write(spec);
    },
  };
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that goes on in steps, for several that sleep at once. */
function steppedClock() {
  let nowMs = 0;
  let sleepers: Sleeper[] = [];
  const clock = {
    now: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        sleepers.push({ atMs: nowMs + ms, wake: resolve });
      }),
  };
  const pass = async (ms: number): Promise<void> => {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 500) {
      const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
      sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
      for (const { wake } of due) wake();
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    }
  };
  return { clock, pass };
}

function contextOf(server: ReturnType<typeof leaseServer>, clock: LeaseContext['clock'], holder = 'me'): LeaseContext {
  const { signal } = new AbortController();
  return { kube: server, namespace, labels: {}, holder, clock, signal, date: () => new Date(0) };
}

/** How a run ended: its result, or what it was told. */
function outcome(run: Promise<string>): { value?: string } {
  const seen: { value?: string } = {};
  run.then(
    (value) => {
      seen.value = value;
    },
    (error) => {
      seen.value = isBootError(error) ? `${error.details.exit}: ${error.details.cause}` : String(error);
    },
  );
  return seen;
}

describe('a run', () => {
  it('holds the lease while it works, and gives it back', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    let during: Spec | undefined;
    const run = outcome(
      withLease(contextOf(server, clock), async () => {
        during = server.spec();
        return 'done';
      }),
    );
    await pass(1_000);
    assert.equal(during?.holderIdentity, 'me');
    assert.equal(run.value, 'done');
    assert.equal(server.spec()?.holderIdentity, undefined);
  });

  it('is refused where another one lives, as soon as it shows that', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    const work = (): Promise<string> => clock.sleep(60_000).then(() => 'done');
    const first = outcome(withLease(contextOf(server, clock, 'first'), work));
    await pass(2_000);
    const second = outcome(withLease(contextOf(server, clock, 'second'), work));
    await pass(6_000);
    assert.match(second.value ?? '', /^locked: another run works on this installation: first/);
    await pass(60_000);
    assert.equal(first.value, 'done');
  });

  it('takes over from one that shows no sign of life for as long as its lease', async () => {
    const server = leaseServer('dead');
    const { clock, pass } = steppedClock();
    const run = outcome(withLease(contextOf(server, clock), async () => 'done'));
    await pass(14_000);
    assert.equal(run.value, undefined);
    await pass(4_000);
    assert.equal(run.value, 'done');
  });

  it('gives way where two take over at once', async () => {
    const server = leaseServer('dead');
    const { clock, pass } = steppedClock();
    const work = (): Promise<string> => clock.sleep(30_000).then(() => 'done');
    const runs = ['a', 'b'].map((holder) => outcome(withLease(contextOf(server, clock, holder), work)));
    await pass(60_000);
    const values = runs.map(({ value }) => value ?? '').toSorted();
    assert.equal(values[0], 'done');
    assert.match(values[1] ?? '', /^locked/);
  });

  it('stops when another one has taken over meanwhile, and leaves the lease to it', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    const run = outcome(
      withLease(contextOf(server, clock), (signal) => clock.sleep(60_000, signal).then(() => 'done')),
    );
    await pass(1_000);
    server.write({ holderIdentity: 'other' });
    await pass(10_000);
    assert.match(run.value ?? '', /^locked: this run was silent for too long.*other/);
    assert.equal(server.spec()?.holderIdentity, 'other');
  });

  it('stops when somebody deletes the lease', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    const run = outcome(
      withLease(contextOf(server, clock), (signal) => clock.sleep(60_000, signal).then(() => 'done')),
    );
    await pass(1_000);
    server.remove();
    await pass(10_000);
    assert.match(run.value ?? '', /^locked: somebody has deleted it/);
  });

  it('goes on where the server is away for a while', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    let isAway = false;
    const kube = {
      ...server,
      patch: async (ref: unknown, patch: object) => {
        if (isAway)
          throw new KubeError({ exit: 'cluster', object: 'server', cause: 'refused' }, { trouble: 'refused' });
        return server.patch(ref, patch);
      },
    };
    const run = outcome(
      withLease({ ...contextOf(server, clock), kube }, (signal) => clock.sleep(90_000, signal).then(() => 'done')),
    );
    await pass(1_000);
    isAway = true;
    await pass(60_000);
    isAway = false;
    await pass(40_000);
    assert.equal(run.value, 'done');
    assert.equal(server.spec()?.holderIdentity, undefined);
  });

  it('gives the lease back when it fails', async () => {
    const server = leaseServer();
    const { clock, pass } = steppedClock();
    const run = outcome(withLease(contextOf(server, clock), () => Promise.reject(new Error('broken'))));
    await pass(1_000);
    assert.equal(run.value, 'Error: broken');
    assert.equal(server.spec()?.holderIdentity, undefined);
  });
});
