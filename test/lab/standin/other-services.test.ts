import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openPublisher } from './net/lines.ts';
import { startConsul } from './support/consul.ts';
import { answer, freePorts, get, start, until } from './support/run.ts';

const key = 'edgex-support-rulesengine';

describe('support-rulesengine', { concurrency: true }, () => {
  it('ends with 1 at once without a registry', async (test) => {
    const env = { STANDIN_REGISTRY: '127.0.0.1:1', STANDIN_TIME_SCALE: '1' };
    const engine = start(test, 'docker-support-rulesengine', { env });
    assert.equal((await engine.ended).code, 1);
    assert.match(engine.output(), /connection refused/);
  });

  it('answers before events can come, and takes them when somebody sends', async (test) => {
    const [port = 0, eventPort = 0] = await freePorts(2);
    const consul = await startConsul({
      [`config/${key}/server.port`]: '1',
      [`config/${key};docker/server.port`]: String(port),
      [`config/${key};docker/export.zeromq.host`]: 'tcp://127.0.0.1',
      [`config/${key};docker/export.zeromq.port`]: String(eventPort),
    });
    test.after(consul.close);
    const engine = start(test, 'docker-support-rulesengine', { env: { STANDIN_REGISTRY: consul.address } });
    assert.equal(await answer(`http://127.0.0.1:${port}/api/v1/ping`), 'pong');
    assert.equal(await answer(`http://127.0.0.1:${port}/api/v1/rule`), '[]');
    await until('its registration', () => consul.services.get(key)?.Port === port);
    const publisher = await openPublisher(eventPort);
    test.after(publisher.close);
    await until('a received event', () => {
      publisher.publish({ device: 'x' });
      return engine.output().includes('Events received: 1');
    });
  });
});

describe('ui-go', () => {
  it('answers only after it has looked for a database', async (test) => {
    const [port = 0] = await freePorts(1);
    const ui = start(test, 'docker-edgex-ui-go', { env: { STANDIN_PORT: String(port), STANDIN_TIME_SCALE: '0.4' } });
    await until('its start', () => ui.output().includes('localhost:27017'));
    assert.equal(await get(`http://127.0.0.1:${port}/`), undefined);
    assert.match(await answer(`http://127.0.0.1:${port}/`), /<title>EdgeX/);
  });
});

describe('edgex-files', () => {
  it('does nothing until it is stopped', async (test) => {
    const volume = start(test, 'docker-edgex-volume');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.ok(volume.isAlive());
    volume.kill('SIGTERM');
    assert.equal((await volume.ended).code, 0);
  });
});

describe('the program', () => {
  it('names what it knows when it is asked for something else', async (test) => {
    const nobody = start(test, 'docker-nothing');
    assert.equal((await nobody.ended).code, 2);
    assert.match(nobody.output(), /no stand-in for docker-nothing; known: docker-core-data-go/);
  });
});
