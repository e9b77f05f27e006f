import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { parseFaults } from './faults.ts';
import { startConsul } from './support/consul.ts';
import { coreKeys } from './support/keys.ts';
import { answer, freePorts, get, start, until } from './support/run.ts';

async function dataWith(test: TestContext, fault: string) {
  const [port = 0] = await freePorts(1);
  const consul = await startConsul(coreKeys('edgex-core-data', port));
  test.after(consul.close);
  const env = { edgex_registry: `consul://${consul.address}`, STANDIN_FAULT: fault };
  return { consul, service: start(test, 'docker-core-data-go', { env }), ping: `http://127.0.0.1:${port}/api/v1/ping` };
}

describe('planted faults', { concurrency: true }, () => {
  it('refuses a name that it does not know', () => {
    assert.throws(() => parseFaults('hang,sloow:3'), /unknown fault sloow:3/);
    assert.throws(() => parseFaults('slow:soon'), /unknown fault slow:soon/);
  });

  it('exit ends at once with its code', async (test) => {
    const { service, consul } = await dataWith(test, 'exit:7');
    assert.equal((await service.ended).code, 7);
    assert.deepEqual(consul.requests, []);
  });

  it('hang takes connections and never answers', async (test) => {
    const { service, ping } = await dataWith(test, 'hang');
    await until('its start', () => service.output().includes('Service started'));
    await assert.rejects(fetch(ping, { signal: AbortSignal.timeout(500) }), { name: 'TimeoutError' });
    assert.ok(service.isAlive());
  });

  it('hang with a time answers until then', async (test) => {
    const { service, ping } = await dataWith(test, 'hang:6000');
    assert.equal(await answer(ping), 'pong');
    await until('it hangs', async () => {
      const outcome = await fetch(ping, { signal: AbortSignal.timeout(500) }).catch((error: Error) => error.name);
      return outcome === 'TimeoutError';
    });
    assert.ok(service.isAlive());
  });

  it('bind-fail leaves it alive without a server', async (test) => {
    const { service, ping } = await dataWith(test, 'bind-fail');
    await until('it says so', () => service.output().includes('Web server stopped'));
    assert.equal(await get(ping), undefined);
    assert.ok(service.isAlive());
  });

  it('status answers everything with it', async (test) => {
    const { ping } = await dataWith(test, 'status:503');
    const response = await until('an answer', () => get(ping));
    assert.equal(response.status, 503);
  });

  it('crash-after ends it with 1 though it answered before', async (test) => {
    const { service, ping } = await dataWith(test, 'crash-after:3000');
    await answer(ping);
    assert.equal((await service.ended).code, 1);
  });

  it('slow waits before anything, slow-answers before each answer', async (test) => {
    const { consul, ping } = await dataWith(test, 'slow:1,slow-answers:300');
    const from = performance.now();
    assert.equal(await answer(ping), 'pong');
    assert.ok(performance.now() - from >= 300);
    assert.ok(consul.services.size > 0);
  });
});
