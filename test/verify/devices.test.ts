import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BootError } from '../../src/base/errors.ts';
import { consulStore } from '../../src/consul/kv.ts';
import type { HttpAnswer } from '../../src/kube/types.ts';
import { isDeviceKnown, loadDevices, repairDeviceKeys } from '../../src/verify/devices.ts';
import { fakeClock, fakeConsul, fakeReach, patience, registry, type Serve } from '../consul/fakes.ts';

const names = ['lamp 1', 'door', 'pump'];

interface World {
  /** In the database. */
  registered: readonly string[];
  /** Known to the device service. */
  loaded: Set<string>;
  /** That have sent events. */
  heard: ReadonlySet<string>;
  /** What the device service answers first, one after another. */
  first: HttpAnswer[];
  /** What it answers to a callback of a device that it doesn't know. */
  callback?: (name: string) => HttpAnswer | undefined;
}

function answer(body: string, status = 200): HttpAnswer {
  return { status, body };
}

function serveWorld(world: World): Serve {
  const devices = (): string =>
    JSON.stringify(world.registered.map((name) => ({ id: `id of ${name}`, name, more: 1 })));
  const callBack = (body = ''): HttpAnswer => {
    const { type, id } = JSON.parse(body);
    const name = String(id).replace('id of ', '');
    assert.equal(type, 'DEVICE');
    if (world.loaded.has(name)) return answer(`device ${name} has already existed in cache`, 500);
    const special = world.callback?.(name);
    if (!special) world.loaded.add(name);
    return special ?? answer('OK');
  };
  return (service, { path, body }) => {
    const parts = decodeURIComponent(path).split('/');
    switch (service) {
      case 'metadata':
        assert.equal(path, '/api/v1/device/servicename/things%20here');
        return answer(devices());
      case 'events':
        return answer(world.heard.has(parts[5] ?? '') ? '7' : '0');
      default: {
        const first = world.first.shift();
        if (first) return first;
        if (path === '/api/v1/ping') return answer('1.1.1');
        if (path === '/api/v1/callback') return callBack(body);
        return world.loaded.has(parts[5] ?? '') ? answer('{}') : answer('not found', 404);
      }
    }
  };
}

function watching(changes: Partial<World>) {
  const world: World = { registered: names, loaded: new Set(), heard: new Set(), first: [], ...changes };
  const clock = fakeClock();
  const reach = fakeReach(serveWorld(world));
  const watch = {
    reach,
    metadata: { service: 'metadata', port: 48081 },
    events: { service: 'events', port: 48080 },
    deviceService: { service: 'things', port: 49990, registration: 'things here' },
    devices: names,
    patience: patience(clock, 60_000),
  };
  return { world, clock, watch, reach, posts: () => reach.calls.filter((call) => call.startsWith('POST')).length };
}

describe('loading the devices', () => {
  it('calls back for those whose first callback was lost, and finds the others loaded', async () => {
    const { watch, world } = watching({ loaded: new Set(['door']) });
    assert.deepEqual(await loadDevices(watch), {
      devices: names,
      called: ['lamp 1', 'pump'],
      alreadyKnown: ['door'],
      missing: [],
      unregistered: [],
      removed: [],
    });
    assert.deepEqual(world.loaded, new Set(names));
  });

  it('only reads where each device has sent events', async () => {
    const { watch, posts, reach } = watching({ loaded: new Set(names), heard: new Set(names) });
    const { alreadyKnown } = await loadDevices(watch);
    assert.deepEqual(alreadyKnown, names);
    assert.equal(posts(), 0);
    // A value that is read is an event that is stored.
    assert.ok(!reach.calls.some((call) => call.includes('/device/name/')));
  });

  it('calls back only for those that have sent none', async () => {
    const { watch, posts } = watching({ heard: new Set(['lamp 1', 'door']) });
    assert.deepEqual((await loadDevices(watch)).called, ['pump']);
    assert.equal(posts(), 1);
  });

  it('calls back for all of a first start, whatever devices of the same names have sent before', async () => {
    const { watch } = watching({ heard: new Set(names), loaded: new Set(['door']) });
    assert.deepEqual((await loadDevices({ ...watch, areNew: true })).called, ['lamp 1', 'pump']);
  });

  it('waits until the Service leads to the device service', async () => {
    const noEndpoint = answer('{"kind":"Status","apiVersion":"v1","message":"no endpoints available"}', 503);
    const { watch } = watching({ first: [noEndpoint, noEndpoint] });
    assert.deepEqual((await loadDevices(watch)).called, names);
  });

  it('waits until the devices are in the database', async () => {
    const { watch, world, clock } = watching({ registered: [] });
    const sleep = clock.sleep;
    clock.sleep = async (ms, signal) => {
      world.registered = names.slice(0, world.registered.length + 1);
      await sleep(ms, signal);
    };
    assert.deepEqual((await loadDevices(watch)).called, names);
  });

  it('tells which devices are not in the database, after a while', async () => {
    const { watch, clock } = watching({ registered: ['door', 'somebody else’s'] });
    const { devices, unregistered } = await loadDevices(watch);
    assert.deepEqual(devices, ['door']);
    assert.deepEqual(unregistered, ['lamp 1', 'pump']);
    assert.ok(clock.now() >= 10_000 && clock.now() < 15_000);
  });

  it('takes those for removed that have sent events, unless this is a first start', async () => {
    const { watch } = watching({ registered: ['door'], heard: new Set(['pump', 'door']) });
    const later = await loadDevices(watch);
    assert.deepEqual([later.unregistered, later.removed], [['lamp 1'], ['pump']]);
    const first = await loadDevices({ ...watch, areNew: true });
    assert.deepEqual([first.unregistered, first.removed], [['lamp 1', 'pump'], []]);
  });

  it('tells that there is none at all', async () => {
    const { watch } = watching({ registered: [] });
    const result = await loadDevices(watch);
    assert.deepEqual(result, {
      devices: [],
      called: [],
      alreadyKnown: [],
      missing: [],
      unregistered: names,
      removed: [],
    });
  });

  it('repeats a callback that the device service could not carry out', async () => {
    let refusals = 0;
    const { watch } = watching({
      callback: (name) => (name === 'door' && refusals++ < 3 ? answer('metadata is away', 500) : undefined),
    });
    assert.deepEqual((await loadDevices(watch)).called, names);
  });

  it('tells which devices the service would not load, and why', async () => {
    const { watch } = watching({
      callback: (name) => (name === 'door' ? answer('no such profile', 400) : undefined),
    });
    const { missing, called } = await loadDevices(watch);
    assert.deepEqual(missing, [{ name: 'door', cause: 'answers 400, no such profile' }]);
    assert.deepEqual(called, ['lamp 1', 'pump']);
  });

  it('names the device service when it never answers', async () => {
    const { watch } = watching({ first: Array.from({ length: 1000 }, () => answer('gone', 502)) });
    await assert.rejects(loadDevices(watch), (error: BootError) => {
      assert.equal(error.details.exit, 'timeout');
      assert.equal(error.details.object, 'http://things:49990/api/v1/ping');
      assert.match(error.details.cause, /gone/);
      return true;
    });
  });
});

describe('asking whether a device is known', () => {
  it('reads a value of it', async () => {
    const { watch, reach } = watching({ loaded: new Set(['lamp 1']) });
    assert.equal(await isDeviceKnown(watch, 'lamp 1', 'Bool'), true);
    assert.equal(await isDeviceKnown(watch, 'door', 'Bool'), false);
    assert.equal(reach.calls[0], 'GET things /api/v1/device/name/lamp%201/Bool');
  });

  it('counts a device that is locked or out of order as known', async () => {
    const { watch } = watching({ first: [answer('locked', 423), answer('driver failed', 500)] });
    assert.equal(await isDeviceKnown(watch, 'door', 'Bool'), true);
    assert.equal(await isDeviceKnown(watch, 'door', 'Bool'), true);
  });
});

describe('repairing a device service that makes no devices', () => {
  it('deletes its settings and nobody else’s', async () => {
    const consul = fakeConsul({
      'edgex/devices/1.0/things/a': '1',
      'edgex/devices/1.0/things-2/a': '1',
      'edgex/x': '1',
    });
    const store = consulStore(fakeReach(consul.serve), registry, patience());
    await repairDeviceKeys(store, 'edgex/devices/1.0/things/');
    assert.deepEqual(consul.keys(), ['edgex/devices/1.0/things-2/a', 'edgex/x']);
  });
});
