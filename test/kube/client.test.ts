import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { openCluster } from '../../src/kube/client.ts';
import { hasStatus } from '../../src/kube/errors.ts';
import { fakeClock, good, kubeconfigFor, openTest, startApi, status } from './fake-api.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'ns' } } as const;
const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: 'ns' } as const;
const notFound = status(404, 'NotFound', 'configmaps "x" not found');

test('each verb is the right request', async (t) => {
  const api = await startApi(t, { status: 200, body: configMap });
  const { kube } = openTest(api.url);
  await kube.get(ref);
  await kube.list('apps/v1', 'Deployment', { namespace: 'ns', labelSelector: 'a=b' });
  await kube.list('v1', 'PersistentVolume');
  await kube.apply(configMap);
  await kube.apply(configMap, { dryRun: true, force: true });
  await kube.create(configMap);
  await kube.patch(ref, { data: { a: 'b' } });
  await kube.delete(ref, { propagation: 'Foreground' });
  await kube.logs('ns', 'pod-1', 'main', { tailLines: 20, previous: true });
  await kube.raw('/readyz');
  await kube.proxy('ns', 'consul', 8500, { method: 'PUT', path: '/v1/txn?wait=1', body: '[]' });
  assert.deepEqual(
    api.seen.map(({ method, url, body }) => `${method} ${url} ${body}`.trim()),
    [
      'GET /api/v1/namespaces/ns/configmaps/x',
      'GET /apis/apps/v1/namespaces/ns/deployments?labelSelector=a%3Db',
      'GET /api/v1/persistentvolumes',
      `PATCH /api/v1/namespaces/ns/configmaps/x?fieldManager=edgex-boot&force=false ${JSON.stringify(configMap)}`,
      `PATCH /api/v1/namespaces/ns/configmaps/x?fieldManager=edgex-boot&force=true&dryRun=All ${JSON.stringify(configMap)}`,
      `POST /api/v1/namespaces/ns/configmaps?fieldManager=edgex-boot ${JSON.stringify(configMap)}`,
      'PATCH /api/v1/namespaces/ns/configmaps/x?fieldManager=edgex-boot {"data":{"a":"b"}}',
      'DELETE /api/v1/namespaces/ns/configmaps/x {"propagationPolicy":"Foreground"}',
      'GET /api/v1/namespaces/ns/pods/pod-1/log?container=main&tailLines=20&limitBytes=262144&previous=true',
      'GET /readyz',
      'PUT /api/v1/namespaces/ns/services/consul:8500/proxy/v1/txn?wait=1 []',
    ],
  );
  const types = api.seen.map(({ headers }) => headers['content-type']);
  assert.equal(types[3], 'application/apply-patch+yaml');
  assert.equal(types[6], 'application/merge-patch+json');
  assert.ok(api.seen.every(({ headers }) => headers.authorization === 'Bearer canary-token'));
});

test('only what the server stored counts as a write', async (t) => {
  const api = await startApi(t, { status: 200, body: configMap });
  const { kube } = openTest(api.url);
  await kube.get(ref);
  await kube.apply(configMap, { dryRun: true });
  await kube.create({ ...configMap, apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' });
  assert.equal(kube.writes(), 0);
  await kube.apply(configMap);
  await kube.delete(ref);
  assert.equal(kube.writes(), 2);
  assert.equal(kube.requests(), 5);
});

test('what is not there is undefined, false or empty, and no write', async (t) => {
  const api = await startApi(t, notFound);
  const { kube } = openTest(api.url);
  assert.equal(await kube.get(ref), undefined);
  assert.equal(await kube.delete(ref), false);
  assert.equal(await kube.logs('ns', 'pod-1', 'main', { tailLines: 1 }), '');
  assert.equal(kube.writes(), 0);
});

test('list items know what they are', async (t) => {
  const { kube } = openTest((await startApi(t, good)).url);
  const [item] = await kube.list('v1', 'ConfigMap', { namespace: 'ns' });
  assert.deepEqual(item, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
});

test('a conflict with ourselves is no conflict', async (t) => {
  const conflict = (manager: string) =>
    status(409, 'Conflict', 'Apply failed with 1 conflict', {
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: `conflict with "${manager}" using apps/v1`,
          field: '.spec.replicas',
        },
      ],
    });
  const own = await startApi(t, conflict('edgex-boot'), { status: 200, body: configMap });
  await openTest(own.url).kube.apply(configMap);
  assert.deepEqual(
    own.seen.map(({ url }) => new URL(url, own.url).searchParams.get('force')),
    ['false', 'true'],
  );

  const foreign = await startApi(t, conflict('kubectl-edit'));
  const { kube } = openTest(foreign.url);
  await assert.rejects(kube.apply(configMap), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.exit, 'rollout');
    assert.deepEqual(error.details.evidence, ['.spec.replicas: conflict with "kubectl-edit" using apps/v1']);
    assert.match(error.details.hint ?? '', /--force-conflicts/);
    return true;
  });
  assert.equal(foreign.seen.length, 1);
  assert.equal(kube.writes(), 0);
});

test('raw and proxied answers come back as they are, and at once', async (t) => {
  const api = await startApi(t, { status: 503, body: 'no endpoints available' });
  const { kube, clock } = openTest(api.url);
  const answer = await kube.proxy('ns', 'x', 80, { path: '/' });
  assert.equal(answer.status, 503);
  assert.equal(answer.body, 'no endpoints available');
  assert.equal((await kube.raw('/readyz')).status, 503);
  assert.deepEqual(clock.slept, []);
});

test('a token that was renewed on disk is read again after one 401', async (t) => {
  const denied = status(401, 'Unauthorized', 'Unauthorized');
  const api = await startApi(t, denied, good);
  const { kube } = openTest(api.url);
  assert.equal((await kube.list('v1', 'ConfigMap', { namespace: 'ns' })).length, 1);

  const strict = await startApi(t, denied);
  await assert.rejects(openTest(strict.url).kube.get(ref), (error) => {
    assert.ok(isBootError(error) && hasStatus(error, 401));
    assert.equal(error.details.exit, 'cluster');
    assert.match(error.message, /does not accept the credentials/);
    return true;
  });
  assert.equal(strict.seen.length, 2);
});

test("a service's own 401 behind the proxy is its own affair", async (t) => {
  const api = await startApi(t, { status: 401, body: 'login first' });
  const answer = await openTest(api.url).kube.proxy('ns', 'x', 80, { method: 'POST', path: '/', body: '{}' });
  assert.equal(answer.status, 401);
  assert.equal(api.seen.length, 1);
});

test('plain HTTP is refused unless the kubeconfig skips verification on purpose', async (t) => {
  const api = await startApi(t, good);
  const config = kubeconfigFor(api.url, {}, { 'insecure-skip-tls-verify': false });
  await assert.rejects(openCluster(config, { clock: fakeClock() }).get(ref), (error) => {
    assert.ok(isBootError(error));
    assert.equal(error.details.object, 'test kubeconfig');
    assert.match(error.details.cause, /HTTP protocol is not allowed/);
    return true;
  });
  assert.equal(api.seen.length, 0);
});

test('a login helper that is not installed is named', async (t) => {
  const api = await startApi(t, good);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-helper', args: [] };
  await assert.rejects(openCluster(kubeconfigFor(api.url, { exec }), { clock: fakeClock() }).get(ref), (error) => {
    assert.ok(isBootError(error));
    assert.match(error.details.cause, /`no-such-helper` that it names is not installed/);
    return true;
  });
});
