import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isBootError } from '../../src/base/errors.ts';
import { openCluster } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/types.ts';
import { type Behaviour, fakeClock, good, kubeconfigFor, openTest, startApi, status } from './fake-api.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'ns' } } as const;
const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: 'ns' } as const;
const stored = { status: 200, body: configMap } as const;

const review = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  metadata: { name: '' },
} as const;

const passing: readonly [string, Behaviour][] = [
  ['429', status(429, 'TooManyRequests', 'slow down')],
  ['500 of an etcd without leader', status(500, '', 'etcdserver: leader changed')],
  ['502 of a load balancer', { status: 502, body: '<html>' }],
  ['503', status(503, 'ServiceUnavailable', 'apiserver not ready')],
  ['504', status(504, 'Timeout', 'request did not complete')],
  ['a reset connection', 'reset'],
];

for (const [name, behaviour] of passing) {
  test(`${name} passes: reads, applies, deletes, reviews and patches of any version are repeated`, async (t) => {
    const once = [behaviour, stored] as const;
    const api = await startApi(t, stored, behaviour, ...once, ...once, ...once, ...once, ...once);
    const { kube, clock } = openTest(api.url);
    await kube.get(ref);
    await kube.get(ref);
    await kube.apply(configMap);
    await kube.delete(ref);
    await kube.create(review);
    await kube.patch(ref, { data: { a: 'b' } });
    assert.equal(api.seen.length, 12);
    assert.equal(kube.writes(), 3);
    assert.deepEqual(clock.slept, [250, 500, 250, 250, 250, 250]);
  });
}

test('a create and a patch of one version are never sent twice when they may have been carried out', async (t) => {
  const calls: readonly ((kube: KubeClient) => Promise<unknown>)[] = [
    (kube) => kube.create(configMap),
    (kube) => kube.patch(ref, { metadata: { resourceVersion: '7' }, data: { a: 'b' } }),
  ];
  for (const call of calls) {
    for (const behaviour of ['reset', status(500, '', 'etcdserver: request timed out')] as const) {
      const api = await startApi(t, stored, behaviour, stored);
      const { kube } = openTest(api.url);
      await kube.get(ref);
      await assert.rejects(call(kube), isBootError);
      assert.equal(api.seen.length, 2);
    }
  }
});

test('a create that was turned away unread is sent again', async (t) => {
  const api = await startApi(t, status(429, 'TooManyRequests', 'slow down'), stored);
  await openTest(api.url).kube.create(configMap);
  assert.equal(api.seen.length, 2);
});

test('Retry-After is honoured, and not beyond half a minute', async (t) => {
  const busy = (seconds: string): Behaviour => ({ status: 429, body: {}, headers: { 'retry-after': seconds } });
  const api = await startApi(t, busy('7'), good);
  const { kube, clock } = openTest(api.url);
  await kube.list('v1', 'ConfigMap');
  assert.equal(clock.now(), 7000);

  const rude = await startApi(t, busy('86400'), good);
  const other = openTest(rude.url);
  await other.kube.list('v1', 'ConfigMap');
  assert.equal(other.clock.now(), 30_000);
});

test('answers that never get better end after half a minute', async (t) => {
  const api = await startApi(t, status(503, 'ServiceUnavailable', 'apiserver not ready'));
  const { kube, clock } = openTest(api.url);
  await assert.rejects(kube.get(ref), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'cluster');
    assert.match(error.message, /503: apiserver not ready/);
    return true;
  });
  assert.ok(clock.now() > 30_000 && clock.now() < 40_000, `${clock.now()} ms`);
});

test('a value of the wrong type is refused at once, though the server says 500', async (t) => {
  const api = await startApi(t, status(500, '', 'failed to create typed patch object (/x): .data: expected map'));
  const { kube, clock } = openTest(api.url);
  await assert.rejects(kube.apply(configMap), (error) => isBootError(error) && error.details.exit === 'rollout');
  assert.deepEqual(clock.slept, []);
});

test('at first contact a connection that fails is told at once', async (t) => {
  const api = await startApi(t, 'reset');
  const { kube, clock } = openTest(api.url);
  await assert.rejects(kube.get(ref), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'cluster');
    assert.equal(error.details.object, `API server ${api.url} (test kubeconfig)`);
    return true;
  });
  assert.deepEqual(clock.slept, []);
});

test('nobody listening is told at once, with what to do', async () => {
  const { kube, clock } = openTest('http://127.0.0.1:1');
  await assert.rejects(kube.raw('/version'), (error) => {
    assert.ok(isBootError(error));
    assert.match(error.message, /nothing listens there/);
    assert.match(error.details.hint ?? '', /--kubeconfig/);
    return true;
  });
  assert.deepEqual(clock.slept, []);
});

test('one outage is one warning, the next one another', async (t) => {
  const api = await startApi(t, good, 'reset', 'reset', good, 'reset', good);
  const { kube, events } = openTest(api.url);
  for (let i = 0; i < 3; i++) await kube.list('v1', 'ConfigMap');
  assert.deepEqual(
    events.map((event) => event.type === 'warning' && event.message),
    ['the connection broke; trying again', 'the connection broke; trying again'],
  );
});

test('a server that goes silent costs one timeout of a proxied call', async (t) => {
  const api = await startApi(t, good, 'silence', 'stall');
  const { kube } = openTest(api.url);
  await kube.list('v1', 'ConfigMap');
  for (let i = 0; i < 2; i++) {
    await assert.rejects(kube.proxy('ns', 'x', 80, { path: '/', timeoutMs: 50 }), (error) => {
      assert.ok(isBootError(error));
      assert.match(error.details.cause, /no answer in time/);
      return true;
    });
  }
  assert.equal(api.seen.length, 3);
});

test('after an interrupt nothing is repeated, and the reason is what is thrown', async (t) => {
  const interrupt = new AbortController();
  const api = await startApi(t, good, 'reset');
  const { kube, clock } = openTest(api.url, interrupt.signal);
  await kube.list('v1', 'ConfigMap');
  const reason = new Error('interrupted');
  interrupt.abort(reason);
  await assert.rejects(kube.get(ref), reason);
  assert.deepEqual(clock.slept, []);
});

test('after an interrupt there is still time to put things in order', async (t) => {
  const api = await startApi(t, stored);
  const { kube } = openTest(api.url, AbortSignal.abort(new Error('interrupted')));
  assert.equal(await kube.delete(ref), true);
});

test('no error holds the token, however it is printed', async (t) => {
  const denied = await startApi(
    t,
    status(403, 'Forbidden', 'configmaps "x" is forbidden: User "u" cannot get resource "configmaps"'),
  );
  const broken = await startApi(t, 'reset');
  for (const { url } of [denied, broken]) {
    const error: unknown = await openTest(url)
      .kube.get(ref)
      .catch((reason: unknown) => reason);
    assert.ok(isBootError(error));
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }) + error.stack, /canary/);
  }
});

test('with a time limit of its own a client repeats nothing', async (t) => {
  for (const behaviour of ['silence', 'reset', status(503, 'ServiceUnavailable', 'not ready')] as const) {
    const api = await startApi(t, stored, behaviour);
    const clock = fakeClock();
    const kube = openCluster(kubeconfigFor(api.url), { clock, timeoutMs: 200 });
    await kube.get(ref);
    await assert.rejects(kube.get(ref), isBootError);
    assert.equal(api.seen.length, 2);
    assert.deepEqual(clock.slept, []);
  }
});
