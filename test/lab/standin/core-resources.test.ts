import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { onLines } from './net/lines.ts';
import { startConsul } from './support/consul.ts';
import { coreKeys } from './support/keys.ts';
import { answer, freePorts, get, start, until } from './support/run.ts';
import { devicesOf, startCore, startWorld, tempDir, type World } from './support/world.ts';

async function post(url: string, body: unknown): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.text() };
}

const event = (device: string, ...names: string[]) => ({
  device,
  readings: names.map((name) => ({ name, value: '1' })),
});

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const open = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return open;
}

/** A service, its addressable and a profile, as a device service registers them. */
async function registerDeviceService({ urls }: World, address: string): Promise<void> {
  const { hostname, port } = new URL(address);
  const to = (kind: string, body: object) => post(`${urls.metadata}/api/v1/${kind}`, { name: 'probe', ...body });
  await to('addressable', { address: hostname, port: Number(port), path: '/api/v1/callback' });
  await to('deviceservice', { addressable: { name: 'probe' } });
  await to('deviceprofile', { coreCommands: [{ name: 'Bool' }] });
}

describe('core-data', { concurrency: true }, () => {
  it('stores events and counts them and their readings, also after a restart', async (test) => {
    const world = await startWorld(test);
    const data = world.start('docker-core-data-go');
    const count = (path: string): Promise<string> => answer(`${world.urls.data}/api/v1/${path}`);
    assert.equal(await count('event/count'), '0');
    const posted = await post(`${world.urls.data}/api/v1/event`, event('a', 'x', 'y'));
    await post(`${world.urls.data}/api/v1/event`, event('b', 'x'));
    assert.deepEqual(
      [await count('event/count'), await count('event/count/a'), await count('reading/count')],
      ['2', '1', '3'],
    );
    const [newest] = JSON.parse(await count('event/1'));
    assert.equal(newest.device, 'b');
    const [ofA] = JSON.parse(await count('event/device/a/5'));
    assert.equal(ofA.id, posted.body);
    data.kill();
    await data.ended;
    world.start('docker-core-data-go');
    assert.deepEqual([await count('event/count'), await count('reading/count')], ['2', '3']);
  });

  it('removes pushed and old events when it is told to', async (test) => {
    const world = await startWorld(test);
    world.start('docker-core-data-go');
    await answer(`${world.urls.data}/api/v1/ping`);
    const { body: id } = await post(`${world.urls.data}/api/v1/event`, event('a', 'x', 'y'));
    await post(`${world.urls.data}/api/v1/event`, event('b', 'x'));
    await fetch(`${world.urls.data}/api/v1/event/id/${id}`, { method: 'PUT' });
    await fetch(`${world.urls.data}/api/v1/event/scrub`, { method: 'DELETE' });
    const counts = () =>
      Promise.all(
        ['event/count', 'event/count/a', 'reading/count'].map((path) => answer(`${world.urls.data}/api/v1/${path}`)),
      );
    assert.deepEqual(await counts(), ['1', '0', '1']);
    await fetch(`${world.urls.data}/api/v1/event/removeold/age/604800000`, { method: 'DELETE' });
    assert.deepEqual(await counts(), ['1', '0', '1']);
    await fetch(`${world.urls.data}/api/v1/event/removeold/age/-1`, { method: 'DELETE' });
    assert.deepEqual(await counts(), ['0', '0', '0']);
  });

  it('opens its message port with the first event only, and publishes there', async (test) => {
    const world = await startWorld(test);
    const data = world.start('docker-core-data-go');
    await answer(`${world.urls.data}/api/v1/ping`);
    assert.equal(await isOpen(world.messagePort), false);
    await post(`${world.urls.data}/api/v1/event`, event('a', 'x'));
    const socket = connect(world.messagePort, '127.0.0.1');
    test.after(() => socket.destroy());
    const lines: string[] = [];
    onLines(socket, (line) => lines.push(line));
    await until('an event on the port', async () => {
      await post(`${world.urls.data}/api/v1/event`, event('b', 'x'));
      return lines.length > 0;
    });
    assert.equal(JSON.parse(lines[0] ?? '').device, 'b');
    assert.match(data.output(), /Event Published on message queue/);
  });
});

describe('core-metadata', { concurrency: true }, () => {
  it('keeps what is posted under its name, refuses a second one and what hangs in the air', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    await registerDeviceService(world, 'http://127.0.0.1:1');
    const device = { name: 'd', service: { name: 'probe' }, profile: { name: 'probe' } };
    const url = `${world.urls.metadata}/api/v1/device`;
    assert.equal((await post(url, { ...device, service: { name: 'nobody' } })).status, 404);
    const { body: id } = await post(url, device);
    assert.equal((await post(url, device)).status, 409);
    for (const path of [id, 'name/d']) assert.equal(JSON.parse(await answer(`${url}/${path}`)).id, id);
    assert.equal(JSON.parse(await answer(`${url}/servicename/probe`)).length, 1);
    assert.equal((await get(`${url}/servicename/nobody`))?.status, 404);
    await fetch(`${url}/name/d`, { method: 'DELETE' });
    assert.equal((await get(`${url}/name/d`))?.status, 404);
  });

  it('calls a new device back once, and only logs that nobody is there', async (test) => {
    const world = await startWorld(test);
    world.start('docker-core-data-go');
    const metadata = world.start('docker-core-metadata-go');
    await answer(`${world.urls.metadata}/api/v1/ping`);
    await registerDeviceService(world, world.urls.device);
    const device = { name: 'd', service: { name: 'probe' }, profile: { name: 'probe' } };
    assert.equal((await post(`${world.urls.metadata}/api/v1/device`, device)).status, 200);
    await until('the failed callback', () => metadata.output().includes('connection refused'));
    assert.ok(metadata.output().includes(`Post \\"${world.urls.device}/api/v1/callback\\": dial tcp`));
    assert.equal((await devicesOf(world)).length, 1);
  });
});

describe('core-command', { concurrency: true }, () => {
  it('fails until the next look at the registry when metadata was not registered at its start', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    const cwd = await tempDir();
    world.startDevice({ cwd });
    world.consul.services.delete('edgex-core-metadata');
    world.start('docker-core-command-go');
    await answer(`${world.urls.command}/api/v1/ping`);
    const url = `${world.urls.command}/api/v1/device/name/Random-Boolean-Device/command/Bool`;
    const early = await get(url);
    assert.equal(early?.status, 500);
    assert.match(early.body, /Get "http:\/\/:0\/api\/v1\/device\/name\/.*connection refused/);
    // The name in the catalogue is the Service's; here it is an address.
    const port = Number(new URL(world.urls.metadata).port);
    world.consul.services.set('edgex-core-metadata', { Name: 'edgex-core-metadata', Address: '127.0.0.1', Port: port });
    const read = JSON.parse(await answer(url));
    assert.equal(read.readings[0].name, 'Bool');
  });

  it('builds command URLs from the host that it listens on', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    world.startDevice({ cwd: await tempDir() });
    world.consul.keys.set('edgex/core/1.0/edgex-core-command/Service/Host', '0.0.0.0');
    world.start('docker-core-command-go');
    await until('devices', async () => (await devicesOf(world)).length === 4);
    const [device] = JSON.parse(await answer(`${world.urls.command}/api/v1/device`));
    assert.match(device.commands[0].get.url, /^http:\/\/0\.0\.0\.0:\d+\/api\/v1\/device\//);
  });
});

describe('support services', { concurrency: true }, () => {
  it('logging keeps the entries of others in the database', async (test) => {
    const world = await startWorld(test);
    const { port } = new URL(world.urls.logging);
    const settings = {
      'Clients/Logging/Host': '127.0.0.1',
      'Clients/Logging/Port': port,
      'Logging/EnableRemote': 'true',
    };
    for (const [path, value] of Object.entries(settings))
      world.consul.keys.set(`edgex/core/1.0/edgex-core-data/${path}`, value);
    world.start('docker-support-logging-go');
    await answer(`${world.urls.logging}/api/v1/ping`);
    world.start('docker-core-data-go');
    await until('its start message', async () =>
      (await answer(`${world.urls.logging}/api/v1/logs/10`)).includes('This is edgex-core-data'),
    );
  });

  it('logging writes to a file whose directory it makes, and needs no database for it', async (test) => {
    const [port = 0] = await freePorts(1);
    const file = join(await tempDir(), 'logs', 'lab.log');
    const consul = await startConsul(
      coreKeys('edgex-support-logging', port, {
        'Writable/Persistence': 'file',
        'Logging/File': file,
        'Databases/Primary/Type': 'mongodb',
      }),
    );
    test.after(consul.close);
    start(test, 'docker-support-logging-go', { env: { edgex_registry: `consul://${consul.address}` } });
    const url = `http://127.0.0.1:${port}/api/v1/logs`;
    assert.equal(await answer(url), '[]');
    assert.equal((await post(url, { originService: 'x', logLevel: 'INFO', message: 'hello', created: 1 })).status, 202);
    assert.match(await readFile(file, 'utf8'), /hello/);
    assert.equal(JSON.parse(await answer(`${url}/5`)).length, 1);
    await fetch(`${url}/removeold/age/1000`, { method: 'DELETE' });
    assert.equal(await answer(url), '[]');
  });

  it('a service whose log entries find nobody writes a line and goes on', async (test) => {
    const [port = 0] = await freePorts(1);
    const keys = coreKeys('edgex-core-data', port, {
      'Clients/Logging/Host': '127.0.0.1',
      'Clients/Logging/Port': 1,
      'Logging/EnableRemote': 'true',
    });
    const consul = await startConsul(keys);
    test.after(consul.close);
    const data = start(test, 'docker-core-data-go', { env: { edgex_registry: `consul://${consul.address}` } });
    assert.equal(await answer(`http://127.0.0.1:${port}/api/v1/ping`), 'pong');
    await until('the line', () => /^edgex-core-data: Post .*logs.*connection refused$/m.test(data.output()));
  });

  it('notifications keeps what is posted', async (test) => {
    const world = await startWorld(test);
    const [port = 0] = await freePorts(1);
    const database = { 'Databases/Primary/Type': 'mongodb', 'Databases/Primary/Port': world.database.port };
    for (const [key, value] of Object.entries(coreKeys('edgex-support-notifications', port, database)))
      world.consul.keys.set(key, value);
    world.start('docker-support-notifications-go');
    const url = `http://127.0.0.1:${port}/api/v1`;
    assert.equal(await answer(`${url}/notification/new/1`), '[]');
    assert.equal((await post(`${url}/notification`, { slug: 'x' })).status, 202);
    assert.equal(JSON.parse(await answer(`${url}/notification/new/1`))[0].slug, 'x');
    assert.equal(await answer(`${url}/subscription`), '[]');
  });

  it('scheduler keeps an action without a target for good once it read half a configuration', async (test) => {
    const world = await startWorld(test);
    const [port = 0] = await freePorts(1);
    const database = { 'Databases/Primary/Type': 'mongodb', 'Databases/Primary/Port': world.database.port };
    const action = 'edgex/core/1.0/edgex-support-scheduler/IntervalActions/Scrub';
    const keys = coreKeys('edgex-support-scheduler', port, database);
    for (const [key, value] of Object.entries({ ...keys, [`${action}/Name`]: 'scrub' }))
      world.consul.keys.set(key, value);
    assert.equal((await world.start('docker-support-scheduler-go').ended).code, 0);
    world.consul.keys.set(`${action}/Target`, 'core-data');
    const again = world.start('docker-support-scheduler-go');
    assert.equal((await again.ended).code, 0);
    assert.match(again.output(), /interval action scrub has a blank target/);
  });

  it('the agent answers for health and configuration, and runs its executor', async (test) => {
    const world = await startWorld(test);
    const [port = 0] = await freePorts(1);
    const executor = join(await tempDir(), 'executor');
    await mkdir(join(executor, '..'), { recursive: true });
    const keys = coreKeys('edgex-sys-mgmt-agent', port, { ExecutorPath: executor });
    for (const [key, value] of Object.entries(keys)) world.consul.keys.set(key, value);
    world.start('docker-core-data-go');
    await answer(`${world.urls.data}/api/v1/ping`);
    const dataPort = Number(new URL(world.urls.data).port);
    world.consul.services.set('edgex-core-data', { Name: 'edgex-core-data', Address: '127.0.0.1', Port: dataPort });
    world.start('docker-sys-mgmt-agent-go');
    const url = `http://127.0.0.1:${port}/api/v1`;
    const health = JSON.parse(await answer(`${url}/health/edgex-core-data,nobody`));
    assert.equal(health['edgex-core-data'], true);
    assert.match(health.nobody, /not healthy/);
    assert.equal(JSON.parse(await answer(`${url}/config/edgex-core-data`))['edgex-core-data'].Service.Port, dataPort);
    assert.equal((await get(`${url}/config`))?.status, 404);
    await fetch(`${url}/config/edgex-core-data`, {
      method: 'PUT',
      body: '{"key":"Writable.LogLevel","value":"DEBUG"}',
    });
    assert.equal(world.consul.keys.get('edgex/core/1.0/edgex-core-data/Writable/LogLevel'), 'DEBUG');
    const operate = async (): Promise<{ Success: boolean; executor: string }> => {
      const { body } = await post(`${url}/operation`, { action: 'restart', services: ['edgex-core-data'] });
      return JSON.parse(body)[0];
    };
    assert.deepEqual([(await operate()).Success, (await operate()).executor], [false, 'unknown']);
    await writeFile(
      executor,
      `#!/bin/sh\necho "{\\"service\\":\\"$1\\",\\"operation\\":\\"$2\\",\\"executor\\":\\"lab\\",\\"Success\\":true}"\n`,
      { mode: 0o755 },
    );
    assert.deepEqual(await operate(), {
      service: 'edgex-core-data',
      operation: 'restart',
      executor: 'lab',
      Success: true,
    });
  });
});
