import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startConsul } from './support/consul.ts';
import { startDns } from './support/dns.ts';
import { coreKeys } from './support/keys.ts';
import { answer, freePorts, get, start, until } from './support/run.ts';

const image = 'docker-core-data-go';
const key = 'edgex-core-data';

/** core-data with a Consul of its own that has its keys. */
async function started(
  test: TestContext,
  more: Record<string, string | number> = {},
  env: Record<string, string> = {},
) {
  const [port = 0] = await freePorts(1);
  const consul = await startConsul(coreKeys(key, port, more));
  test.after(consul.close);
  const service = start(test, image, { env: { edgex_registry: `consul://${consul.address}`, ...env } });
  return { port, consul, service, url: `http://127.0.0.1:${port}` };
}

/** /etc of a pod: its hosts file knows the pod, DNS knows its Service, whose address no machine has. */
async function podEtc(test: TestContext): Promise<string> {
  const dns = await startDns({ 'edgex-core-data.default.svc.cluster.local': '192.0.2.7' });
  test.after(dns.close);
  const etc = await mkdtemp(join(tmpdir(), 'standin-etc-'));
  await writeFile(join(etc, 'hosts'), '127.0.0.1 localhost\n127.0.0.1 edgex-core-data\n');
  const search = 'search default.svc.cluster.local svc.cluster.local\noptions ndots:5\n';
  await writeFile(join(etc, 'resolv.conf'), `nameserver ${dns.address}\n${search}`);
  return etc;
}

describe('a core service', { concurrency: true }, () => {
  it('ends with 1 after thirty tries without a registry', async (test) => {
    const service = start(test, image, { env: { edgex_registry: 'consul://127.0.0.1:1' } });
    assert.equal((await service.ended).code, 1);
    assert.equal(service.output().match(/registry: .*connection refused/g)?.length, 30);
  });

  it('ends with 1 without its keys, and is registered all the same', async (test) => {
    const consul = await startConsul({ 'edgex/core/1.0/edgex-core-metadata/Service/Port': '1' });
    test.after(consul.close);
    const service = start(test, image, { env: { edgex_registry: `consul://${consul.address}` } });
    assert.equal((await service.ended).code, 1);
    assert.ok(consul.services.has(key));
  });

  it('waits for keys that come late', async (test) => {
    const [port = 0] = await freePorts(1);
    const consul = await startConsul();
    test.after(consul.close);
    start(test, image, { env: { edgex_registry: `consul://${consul.address}` } });
    await until('it asks for its keys', () => consul.requests.includes(`GET /v1/kv/edgex/core/1.0/${key}/`));
    for (const [name, value] of Object.entries(coreKeys(key, port))) consul.keys.set(name, value);
    assert.equal(await answer(`http://127.0.0.1:${port}/api/v1/ping`), 'pong');
  });

  it('registers what its image says and listens where the registry says', async (test) => {
    const { consul, url } = await started(test);
    assert.equal(await answer(`${url}/api/v1/ping`), 'pong');
    assert.deepEqual(consul.services.get(key), { Name: key, Address: key, Port: 48080 });
    assert.deepEqual(consul.checks.get(`Health Check: ${key}`), {
      Name: `Health Check: ${key}`,
      Notes: 'Check the health of the API',
      ServiceID: key,
      HTTP: 'http://edgex-core-data:48080/api/v1/ping',
      Interval: '10s',
    });
  });

  it('answers version, configuration and metrics, and has no /api/v1/version', async (test) => {
    const { url, port } = await started(test);
    assert.deepEqual(JSON.parse(await answer(`${url}/api/version`)), { version: '1.1.0' });
    assert.equal(JSON.parse(await answer(`${url}/api/v1/config`)).Service.Port, port);
    assert.equal(typeof JSON.parse(await answer(`${url}/api/v1/metrics`)).Memory.Alloc, 'number');
    assert.equal((await get(`${url}/api/v1/version`))?.status, 404);
  });

  it('stays alive without a server when it cannot listen', async (test) => {
    const { service, url } = await started(test, { 'Service/Host': '192.0.2.1' });
    await until('it says so', () => service.output().includes('Web server stopped'));
    assert.match(service.output(), /bind: cannot assign requested address/);
    assert.equal(await get(`${url}/api/v1/ping`), undefined);
    assert.ok(service.isAlive());
  });

  it('asks DNS for its own name first and gets the address of its Service', async (test) => {
    const { service } = await started(test, { 'Service/Host': key }, { STANDIN_ETC: await podEtc(test) });
    await until('it says so', () => service.output().includes('Web server stopped'));
    assert.match(service.output(), /listen tcp 192\.0\.2\.7:\d+: bind: cannot assign/);
  });

  it('finds itself in the hosts file with GODEBUG=netdns=cgo', async (test) => {
    const env = { STANDIN_ETC: await podEtc(test), GODEBUG: 'netdns=cgo' };
    const { url } = await started(test, { 'Service/Host': key }, env);
    assert.equal(await answer(`${url}/api/v1/ping`), 'pong');
  });

  it('answers its ping without redis, and 500 to whatever needs it', async (test) => {
    const { url } = await started(test);
    assert.equal(await answer(`${url}/api/v1/ping`), 'pong');
    for (const path of ['/api/v1/event/count', '/api/v1/reading/count', '/api/v1/event/1']) {
      const response = await get(url + path);
      assert.equal(response?.status, 500);
      assert.match(response.body, /Could not dial Redis/);
    }
  });

  it('ends with 0 when mongo is not there, after five dials', async (test) => {
    const { service } = await started(test, { 'Databases/Primary/Type': 'mongodb' });
    assert.equal((await service.ended).code, 0);
    assert.equal(service.output().match(/no reachable servers/g)?.length, 5);
  });

  it('ends with 0 on SIGTERM', async (test) => {
    const { service, url } = await started(test);
    await answer(`${url}/api/v1/ping`);
    service.kill('SIGTERM');
    assert.equal((await service.ended).code, 0);
  });
});

describe('support-scheduler', () => {
  it('ends with 0 at once without redis', async (test) => {
    const consul = await startConsul(coreKeys('edgex-support-scheduler', 0));
    test.after(consul.close);
    const env = { edgex_registry: `consul://${consul.address}`, STANDIN_TIME_SCALE: '1' };
    const service = start(test, 'docker-support-scheduler-go', { env });
    assert.equal((await service.ended).code, 0);
    assert.match(service.output(), /Failed to load schedules and events: Could not dial Redis/);
    assert.equal(consul.requests.filter((request) => request.includes('/agent/self')).length, 1);
  });
});
