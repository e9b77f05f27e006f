import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { deviceDefaults } from './device/defaults.ts';
import { answer, get, start, until } from './support/run.ts';
import { devicesOf, startCore, startWorld, tempDir, type World } from './support/world.ts';

const prefix = 'edgex/devices/1.0/device-virtual/';
const image = 'docker-device-virtual-go';

/** The device service answers for all four devices. */
async function allLoaded({ urls }: World): Promise<void> {
  for (const path of [
    'Boolean-Device/Bool',
    'Integer-Device/Int8',
    'UnsignedInteger-Device/Uint64',
    'Float-Device/Float32',
  ]) {
    await answer(`${urls.device}/api/v1/device/name/Random-${path}`);
  }
}

describe('device-virtual', { concurrency: true }, () => {
  it('has the 95 keys of the original', () => {
    const canonical = JSON.stringify(Object.entries(deviceDefaults).sort(([a], [b]) => (a < b ? -1 : 1)));
    assert.equal(Object.keys(deviceDefaults).length, 95);
    assert.equal(
      createHash('sha256').update(canonical).digest('hex'),
      '2759a396cca17af391ec6c2e1f28046b0798ab48b8f41e4fb57b7f9d6e6663c8',
    );
  });

  it('tries the registry three times without a pause and ends with 1', async (test) => {
    const env = { edgex_registry: 'consul://127.0.0.1:1', STANDIN_TIME_SCALE: '1' };
    const device = start(test, image, { env });
    assert.equal((await device.ended).code, 1);
    assert.equal(device.output().match(/registry:/g)?.length, 3);
  });

  it('hangs for ever without core, and does not notice it coming up', async (test) => {
    const world = await startWorld(test);
    const device = world.startDevice();
    await until('it gives up', () => device.output().includes('Start failed'));
    assert.equal(device.output().match(/checking dependency failed/g)?.length, 6);
    await startCore(world);
    assert.equal(await get(`${world.urls.device}/api/v1/ping`), undefined);
    assert.ok(device.isAlive());
  });

  it('registers, loads its devices by callback and sends their events', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    world.startDevice({ cwd: await tempDir() });
    await allLoaded(world);
    // Its version, where the others say pong.
    assert.equal(await answer(`${world.urls.device}/api/v1/ping`), '1.1.1');
    assert.equal((await devicesOf(world)).length, 4);
    assert.equal(world.consul.services.get('device-virtual')?.Port, Number(new URL(world.urls.device).port));
    await until('events of all kinds', async () => {
      const counts = ['Boolean', 'Integer', 'UnsignedInteger', 'Float'].map((kind) =>
        answer(`${world.urls.data}/api/v1/event/count/Random-${kind}-Device`),
      );
      // The first one of each is that of the read.
      return (await Promise.all(counts)).every((count) => Number(count) > 1);
    });
  });

  it('never loads a device whose callback was lost, until somebody repeats it', async (test) => {
    const world = await startWorld(test);
    await startCore(world, { STANDIN_FAULT: 'no-callback' });
    world.startDevice({ cwd: await tempDir() });
    await until('its devices in metadata', async () => (await devicesOf(world)).length === 4);
    const path = '/api/v1/device/name/Random-Boolean-Device/Bool';
    const lost = await get(world.urls.device + path);
    assert.equal(lost?.status, 404);
    assert.match(lost.body, /not found/);
    assert.equal(await answer(`${world.urls.data}/api/v1/event/count`), '0');

    for (const expected of [200, 500]) {
      for (const { id } of await devicesOf(world)) {
        const body = JSON.stringify({ type: 'DEVICE', id });
        const response = await fetch(`${world.urls.device}/api/v1/callback`, { method: 'POST', body });
        assert.equal(response.status, expected);
        if (expected === 500) assert.match(await response.text(), /has already existed in cache/);
      }
    }
    await allLoaded(world);
  });

  it('makes an event of each read, whoever asks', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    world.startDevice({ cwd: await tempDir(), env: { STANDIN_FAULT: 'mute' } });
    await allLoaded(world);
    await until('an event of each', async () => (await answer(`${world.urls.data}/api/v1/event/count`)) === '4');
  });

  it('loads what metadata knows on a later start', async (test) => {
    const world = await startWorld(test);
    await startCore(world, { STANDIN_FAULT: 'no-callback' });
    const cwd = await tempDir();
    const first = world.startDevice({ cwd });
    await until('its devices in metadata', async () => (await devicesOf(world)).length === 4);
    first.kill();
    await first.ended;
    world.startDevice({ cwd });
    await allLoaded(world);
  });

  it('creates no devices where its keys are there already, unless it overwrites them', async (test) => {
    const world = await startWorld(test);
    // A first start that meets no core has written its keys by the time it hangs.
    const first = world.startDevice();
    await until('it gives up', () => first.output().includes('Start failed'));
    first.kill();
    await first.ended;
    await startCore(world);
    const second = world.startDevice({ cwd: await tempDir() });
    await until('all profiles', async () => {
      return JSON.parse(await answer(`${world.urls.metadata}/api/v1/deviceprofile`)).length === 4;
    });
    assert.equal(await answer(`${world.urls.device}/api/v1/ping`), '1.1.1');
    assert.deepEqual(await devicesOf(world), []);
    second.kill();
    await second.ended;
    world.startDevice({ cwd: await tempDir(), args: ['--confdir=./res', '-o'] });
    await allLoaded(world);
  });

  it('takes its environment only when it writes its keys', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    const cwd = await tempDir();
    const first = world.startDevice({
      cwd,
      env: { Writable_LogLevel: 'DEBUG', Nothing_LikeThis: 'x', Device_InitCmd: 'a=b' },
    });
    await allLoaded(world);
    const keys = [...world.consul.keys.keys()].filter((key) => key.startsWith(prefix));
    assert.equal(keys.length, 95);
    assert.equal(world.consul.keys.get(`${prefix}Writable/LogLevel`), 'DEBUG');
    assert.equal(world.consul.keys.get(`${prefix}Device/InitCmd`), '');
    first.kill();
    await first.ended;
    world.startDevice({ cwd, env: { Writable_LogLevel: 'ERROR' } });
    await allLoaded(world);
    assert.equal(world.consul.keys.get(`${prefix}Writable/LogLevel`), 'DEBUG');
  });

  it('answers its ping but has no devices where it cannot make ./db', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    const cwd = await tempDir();
    // A file of that name is in the way for root, too.
    await writeFile(join(cwd, 'db'), '');
    const device = world.startDevice({ cwd });
    assert.equal(await answer(`${world.urls.device}/api/v1/ping`), '1.1.1');
    assert.match(device.output(), /Driver.Initialize failed/);
    assert.deepEqual(await devicesOf(world), []);
  });

  it('has no devices in another directory, unless ProfilesDir is absolute', async (test) => {
    const world = await startWorld(test);
    await startCore(world);
    const args = ['--confdir=/res'];
    const relative = world.startDevice({ cwd: await tempDir(), args });
    await until('it says so', () => relative.output().includes("couldn't read directory"));
    assert.deepEqual(await devicesOf(world), []);
    relative.kill();
    await relative.ended;
    for (const key of world.consul.keys.keys()) if (key.startsWith(prefix)) world.consul.keys.delete(key);
    world.startDevice({ cwd: await tempDir(), args, env: { Device_ProfilesDir: '/res' } });
    await allLoaded(world);
  });
});
