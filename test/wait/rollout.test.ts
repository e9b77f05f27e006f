import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { causeStates, readState, replay, serviceNamed } from './replay.ts';

const app = serviceNamed('app');
const provider = serviceNamed('provider');
const unreachable = (cause: string): BootError => new BootError({ exit: 'cluster', object: 'the node', cause });

describe('a rollout ends well', () => {
  it('when all services are ready, and tells when each was', async () => {
    const { result, told } = await replay(
      [provider, serviceNamed('app', ['provider'])],
      [readState('provider'), readState('gated')],
    );
    // They were at 6.2 s and 12.6 s; a look comes up to 2 s later.
    const { provider: firstMs = 0, app: lastMs = 0 } = result?.readyMs ?? {};
    assert.ok(firstMs >= 6_181 && firstMs <= 8_181, `${firstMs} ms`);
    assert.ok(lastMs >= 12_602 && lastMs <= 14_602, `${lastMs} ms`);
    assert.equal(result?.elapsedMs, lastMs);
    assert.deepEqual(told('provider'), ['starting', 'ready']);
    assert.deepEqual(told('app'), ['starting', 'waiting: provider to answer /api/v1/ping', 'starting', 'ready']);
  });

  const sequences: Readonly<Record<string, string>> = {
    'image-pull-resolves': 'an image that comes at the second try, more slowly than the grace',
    'first-consumer': 'a claim that waits for its first consumer',
    replaced: 'an earlier pod that has to end first',
    recovers: 'crashes until what it needs is there',
    'slow-pull': 'an image that takes its time',
  };
  for (const [name, what] of Object.entries(sequences)) {
    it(`after ${what}`, async () => {
      const { result, failure } = await replay([app], [readState(name)]);
      assert.equal(failure, undefined);
      assert.ok(result);
    });
  }

  it('at once where everything is ready, with two requests', async () => {
    const { frames } = readState('provider');
    const { result, requests, told } = await replay(
      [provider],
      [{ frames: frames.map((frame) => ({ ...frame, atMs: 0 })) }],
    );
    assert.deepEqual(result, { readyMs: { provider: 0 }, elapsedMs: 0 });
    assert.deepEqual(requests, { Deployment: 1, Pod: 1 });
    assert.deepEqual(told('provider'), ['ready']);
  });
});

describe('a rollout fails', () => {
  /** Sequence to the cause, the earliest and the latest time. */
  const sequences: Readonly<Record<string, readonly [cause: RegExp, fromMs: number, untilMs: number]>> = {
    'image-not-found': [/^the registry has no image edgexfoundry\/docker-core-data-go:1\.1\.0: /, 13_000, 16_000],
    'registry-unresolved': [/can't be reached from the node: .*server misbehaving$/, 64_000, 68_000],
    'registry-silent': [/can't be reached from the node: .*i\/o timeout$/, 90_000, 125_000],
    'crash-loop': [/^it crashes again and again, with exit code 3 \(restarts: 3\)$/, 61_000, 65_000],
    'exits-without-error': [/^it ends again and again, with exit code 0 \(restarts: 3\)$/, 60_000, 70_000],
    'out-of-memory': [/^it takes more memory than its limit of 256Mi /, 30_000, 40_000],
    hung: [/^it runs but never answers, so its start-up probe has it killed/, 30_000, 45_000],
    unready: [/^it runs, but its readiness probe fails: .*connection refused$/, 120_000, 135_000],
    quota: [/^the namespace's quota doesn't allow its pod: exceeded quota: few/, 15_000, 22_000],
    'node-lost': [/^its node doesn't answer: Node is not ready$/, 110_000, 116_000],
    evicted: [/^the node has run short and sends pods away: .*disk-pressure/, 68_000, 72_000],
  };
  for (const [name, [cause, fromMs, untilMs]] of Object.entries(sequences)) {
    it(`by ${name}`, async () => {
      const { failure, endMs, told } = await replay([app], [readState(name)]);
      assert.equal(failure?.exit, 'rollout');
      assert.equal(failure.object, 'deployment/app in namespace edgex');
      assert.match(failure.cause, cause);
      assert.ok(failure.hint);
      assert.equal(failure.evidence?.at(-1), 'ready: none');
      assert.ok(endMs >= fromMs && endMs <= untilMs, `after ${endMs} ms`);
      assert.equal(told('app').at(-1), `failed: ${failure.cause}`);
    });
  }

  it('with the newest warnings, and the last lines of the container that failed', async () => {
    const { failure } = await replay([app], [readState('crash-loop')]);
    assert.deepEqual(failure?.evidence, [
      'warning Unhealthy: Startup probe failed',
      'warning BackOff: Back-off restarting failed container app',
      'log of app, last run:',
      '  cannot read configuration',
      'ready: none',
    ]);
    assert.equal(failure.hint, 'Its log says why: kubectl -n edgex logs app-69d855c684-wklfs -c app --previous');
  });

  it('with a cause that only the log tells', async () => {
    const state = { ...readState('crash-loop'), logs: { app: 'exec /app: exec format error\n' } };
    const { failure } = await replay([app], [state]);
    assert.equal(failure?.cause, "consul:1.3.1 is for another architecture than the node's: exec format error");
    assert.match(failure.hint ?? '', /--architecture/);
  });

  it('naming all services that failed, and how the others stand', async () => {
    const services = ['cpu-short', 'memory-short', 'provider'].map((name) => serviceNamed(name));
    const waiting = serviceNamed('app', ['cpu-short']);
    const snapshots = ['cpu-short', 'memory-short'].flatMap((code) => causeStates().get(code) ?? []);
    const { failure } = await replay(
      [...services, waiting],
      [
        { frames: [{ atMs: 0, objects: snapshots }] },
        readState('provider'),
        { frames: readState('gated').frames.filter(({ atMs }) => atMs < 9_000) },
      ],
    );
    assert.equal(failure?.object, 'deployment/cpu-short, deployment/memory-short in namespace edgex');
    assert.match(failure.cause, /^cpu-short: no node has the CPU .*; memory-short: no node has the memory /);
    assert.equal(failure.hint, 'Stop something else, or join another node: kubectl describe nodes');
    assert.equal(
      failure.evidence?.at(-1),
      'ready: provider; not ready: app (waiting: cpu-short to answer /api/v1/ping)',
    );
  });

  it('when somebody stops a service meanwhile', async () => {
    const others = [readState('stopped'), { frames: readState('provider-late').frames }];
    const { failure, told } = await replay([app, provider], others);
    assert.equal(failure?.cause, 'it is scaled to 0 replicas, so nothing starts');
    assert.deepEqual(told('app').slice(0, 2), ['starting', 'ready']);
    assert.equal(failure.evidence?.at(-1), "ready: none; not ready: provider (starting: it doesn't answer yet)");
  });

  it('with what is known, where a log can’t be had', async () => {
    const { failure } = await replay([app], [readState('crash-loop')], {
      refuse: (what) => what === 'logs' && unreachable('the node does not answer'),
    });
    assert.match(failure?.cause ?? '', /^it crashes again and again/);
    assert.ok(failure?.evidence?.includes('  not to be had: the node does not answer'));
  });

  it('with what is known, where events must not be read, and says so once', async () => {
    const { events, failure } = await replay([app], [readState('crash-loop')], {
      refuse: (what) =>
        what === 'Event' && new KubeError({ exit: 'cluster', object: 'x', cause: 'denied' }, { status: 403 }),
    });
    assert.match(failure?.cause ?? '', /^it crashes again and again/);
    assert.deepEqual(
      events.filter(({ type }) => type === 'warning'),
      [
        {
          type: 'warning',
          object: 'events in namespace edgex',
          message: 'not to be listed with these rights, so causes may stay unknown',
        },
      ],
    );
  });

  it('with the cluster’s own error when it stops answering', async () => {
    const { failure } = await replay([app], [readState('crash-loop')], {
      refuse: (what) => what === 'Pod' && unreachable('it does not answer'),
    });
    assert.equal(failure?.exit, 'cluster');
  });
});

describe('a service that crashes', () => {
  const dependent = serviceNamed('app', ['provider']);

  it('waits while what it needs is late', async () => {
    const late = { frames: readState('provider-late').frames.filter(({ atMs }) => atMs < 50_000) };
    const { failure, told } = await replay([dependent, provider], [readState('crash-loop'), late], {
      deadlineMs: 110_000,
    });
    assert.equal(failure?.exit, 'timeout');
    assert.equal(told('app').at(-1), 'waiting: provider to answer /api/v1/ping');
    assert.ok(failure.evidence?.includes('    cannot read configuration'));
  });

  it('fails by a run that began when what it needs was ready, not by an earlier one', async () => {
    // The provider is ready at 51 s, its third restart was at 48 s, the fourth at 94 s.
    const { failure, endMs } = await replay(
      [dependent, provider],
      [readState('crash-loop'), readState('provider-late')],
    );
    assert.match(failure?.cause ?? '', /^it crashes again and again, with exit code 3 \(restarts: 4\)$/);
    assert.ok(endMs >= 105_000 && endMs <= 110_000, `after ${endMs} ms`);
  });
});

describe('a deadline', () => {
  it('that passes tells of every service that is not ready what it waits for', async () => {
    const services = [serviceNamed('app', ['provider']), provider];
    const gated = readState('gated').frames.filter(({ atMs }) => atMs < 9_000);
    const late = readState('provider-late').frames.filter(({ atMs }) => atMs < 50_000);
    const { failure, endMs } = await replay(
      services,
      [{ frames: gated, logs: { gates: 'waiting for provider to answer /api/v1/ping\n' } }, { frames: late }],
      { deadlineMs: 30_000 },
    );
    assert.equal(endMs, 30_000);
    assert.deepEqual(failure, {
      exit: 'timeout',
      object: '2 of 2 services in namespace edgex',
      cause: 'not ready after 30 s: app, provider',
      evidence: [
        'app waiting: provider to answer /api/v1/ping',
        '  log of gates:',
        '    waiting for provider to answer /api/v1/ping',
        "provider starting: it doesn't answer yet",
        '  warning Unhealthy: Startup probe failed',
        '  log of provider: empty',
        'ready: none',
      ],
      hint: 'To go on waiting, run it again; --timeout sets for how long',
    });
  });

  it('waits for an image that is on its way, and for the start behind it', async () => {
    const { result } = await replay([app], [readState('slow-pull')], { deadlineMs: 60_000 });
    assert.ok(result && result.elapsedMs > 150_000);
  });

  it('does not wait for ever for an image', async () => {
    const pulling = { frames: readState('slow-pull').frames.slice(0, 2) };
    const { failure, endMs } = await replay([app], [pulling], { deadlineMs: 60_000 });
    assert.equal(failure?.exit, 'timeout');
    assert.equal(failure.object, 'deployment/app in namespace edgex');
    assert.match(failure.cause, /^not ready after 3 min: pulling: edgexfoundry\/docker-core-data-go:1\.1\.0$/);
    assert.equal(endMs, 180_000);
  });

  it('has a last look even when it is over already', async () => {
    const { failure, endMs } = await replay([app], [readState('gated')], { deadlineMs: 0 });
    assert.equal(failure?.exit, 'timeout');
    assert.equal(endMs, 0);
  });
});

describe('a rollout is gentle', () => {
  it('and looks less often when nothing changes', async () => {
    const { slept } = await replay([app], [{ frames: readState('slow-pull').frames.slice(0, 2) }], {
      deadlineMs: 30_000,
    });
    assert.equal(Math.max(...slept), 5_000);
    assert.deepEqual(slept.slice(0, 5), [300, 375, 300, 375, 468.75]);
  });

  it('but every two seconds while something starts', async () => {
    const { slept } = await replay([app], [{ frames: readState('unready').frames.slice(0, 3) }], {
      deadlineMs: 30_000,
    });
    assert.equal(Math.max(...slept), 2_000);
  });

  it('and asks for events only where something is doubtful, at most every four seconds', async () => {
    const gated = { frames: readState('gated').frames.filter(({ atMs }) => atMs < 9_000) };
    const quiet = await replay([app, provider], [gated, readState('provider')], { deadlineMs: 60_000 });
    assert.equal(quiet.failure?.exit, 'timeout');
    // Two for the pods on their way, one for the timeout's evidence.
    assert.ok((quiet.requests.Event ?? 0) <= 3, JSON.stringify(quiet.requests));
    const doubtful = await replay([app], [readState('unready')]);
    assert.ok((doubtful.requests.Event ?? 0) <= doubtful.endMs / 4_000 + 2, JSON.stringify(doubtful.requests));
  });

  it('and says every half minute what it waits for', async () => {
    const { events } = await replay([app, provider], [readState('slow-pull'), readState('provider')]);
    const beats = events.filter((event) => event.type === 'heartbeat');
    assert.deepEqual(
      beats.map(({ waitingFor }) => waitingFor),
      Array.from({ length: 5 }, () => ['app']),
    );
  });

  it('and ends when it is told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    await assert.rejects(replay([app], [readState('gated')], { signal: controller.signal }), /interrupted/);
  });
});
