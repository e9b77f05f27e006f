import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { openCluster } from '../../src/kube/client.ts';
import { fakeClock, good, kubeconfigFor, startApi } from './fake-api.ts';

const pki = (name: string) => readFileSync(new URL(`pki/${name}`, import.meta.url));

async function startTls(t: TestContext, certificate: string): Promise<string> {
  const server = createServer({ key: pki('server.key'), cert: pki(certificate) }, (_, response) => {
    response.end(JSON.stringify(good.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listThrough(url: string, cluster: object): Promise<number> {
  const kube = openCluster(kubeconfigFor(url, {}, cluster), { clock: fakeClock() });
  return (await kube.list('v1', 'ConfigMap')).length;
}

const trust = (certificate: string) => ({ 'certificate-authority-data': pki(certificate).toString('base64') });

test('a server whose certificate the kubeconfig knows is trusted', async (t) => {
  assert.equal(await listThrough(await startTls(t, 'good.crt'), trust('good.crt')), 1);
});

test('tls-server-name of the kubeconfig is the name that the certificate must have', async (t) => {
  const url = await startTls(t, 'misnamed.crt');
  assert.equal(await listThrough(url, { ...trust('misnamed.crt'), 'tls-server-name': 'elsewhere.example' }), 1);
});

const refused: readonly [string, string, object, RegExp][] = [
  ['of another authority', 'good.crt', trust('misnamed.crt'), /from an authority that the kubeconfig doesn't know/],
  ['without any authority', 'good.crt', {}, /from an authority that the kubeconfig doesn't know/],
  ['for another name', 'misnamed.crt', trust('misnamed.crt'), /for another name/],
  ['that has expired', 'expired.crt', trust('expired.crt'), /has expired/],
  ["that isn't valid yet", 'early.crt', trust('early.crt'), /isn't valid yet/],
];

for (const [what, certificate, cluster, words] of refused) {
  test(`a certificate ${what} is refused, and said so`, async (t) => {
    const url = await startTls(t, certificate);
    await assert.rejects(listThrough(url, cluster), (error) => {
      assert.ok(isBootError(error));
      assert.equal(error.details.exit, 'cluster');
      assert.match(error.message, words);
      assert.ok(error.details.hint);
      return true;
    });
  });
}

test('HTTPS to a plain port is told as that', async (t) => {
  const api = await startApi(t, good);
  await assert.rejects(listThrough(api.url.replace('http:', 'https:'), {}), /doesn't speak TLS/);
});
