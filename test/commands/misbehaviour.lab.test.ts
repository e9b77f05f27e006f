import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { eventCount, eventually, failureEvent, inNamespace, install, podStates, tryInstall } from '../support/boot.ts';
import {
  allReady,
  ask,
  deleteKeys,
  deletePods,
  devices,
  plantFault,
  podsOf,
  readKey,
  scale,
  smallWith,
} from '../support/services.ts';

/**
 * How Fuji's services misbehave when something that they need is away, and that an installation stands it. The times are
 * those after which the originals, and the stand-ins, give up.
 */

labTest('services that misbehave', async (lab, context) => {
  const groups: Readonly<Record<string, (test: TestContext, lab: Lab, namespace: string) => Promise<void>>> = {
    'what is away when everything starts': missingNeeds,
    'mongo, which lets nobody in at first': missingMongo,
    'devices that their service does not know': lostDevices,
    'a device service that never sends': muteDevices,
    'a service that hangs after its start': hangsLater,
  };
  await Promise.all(
    Object.entries(groups).map(([what, run], index) => {
      const namespace = `mis-behave-${index + 1}`;
      return context.test(what, (test) => inNamespace(lab, namespace, () => run(test, lab, namespace)));
    }),
  );
});

const consul = 'edgex-core-consul';
const data = 'edgex-core-data';
const metadata = 'edgex-core-metadata';
const scheduler = 'edgex-support-scheduler';
const appService = 'edgex-app-service-configurable-rules';
const deviceService = 'edgex-device-virtual';

/** Everybody who has pods waits in its gates, so nobody gives up: nothing has ended, and nothing is ready. */
async function assertAllWait(lab: Lab, namespace: string, services: readonly string[]): Promise<void> {
  const pods = await podStates(lab, namespace);
  for (const service of services) {
    const [pod] = pods.filter((each) => each.service === service);
    assert.deepEqual(
      { service, isReady: pod?.isReady, restarts: pod?.restarts, startedAt: pod?.startedAt },
      { service, isReady: false, restarts: 0, startedAt: '' },
    );
  }
}

/** All is back, and no container has ended in between. */
async function assertBack(lab: Lab, namespace: string): Promise<void> {
  const pods = await allReady(lab, namespace);
  assert.deepEqual(
    pods.filter(({ restarts }) => restarts > 0),
    [],
  );
}

async function assertEventsGoOn(lab: Lab, namespace: string): Promise<void> {
  const before = await eventCount(lab, namespace);
  await eventually(
    'events go on',
    () => eventCount(lab, namespace),
    (count) => count > before,
  );
}

async function assertAllSend(lab: Lab, namespace: string): Promise<void> {
  for (const device of devices) {
    await eventually(
      `${device} sends`,
      () => eventCount(lab, namespace, device),
      (count) => count > 0,
    );
  }
}

async function missingNeeds(test: TestContext, lab: Lab, namespace: string): Promise<void> {
  const args = ['--database', 'redis', '--without', 'ui'];
  await install(lab, namespace, ...args);
  const services = (await podStates(lab, namespace)).map(({ service }) => service);
  const withNeeds = services.filter((service) => service !== consul && service !== 'edgex-redis');

  await test.test('without Consul nobody gives up', async () => {
    await scale(lab, namespace, consul, 0);
    await deletePods(lab, namespace);
    // A core service ends after 30 s, an app service too, the device service and the rules engine at once.
    await delay(40_000);
    await assertAllWait(lab, namespace, withNeeds);
    await scale(lab, namespace, consul, 1);
    await assertBack(lab, namespace);
    const [device = ''] = devices;
    const path = `/api/v1/device/name/${device}/command/Bool`;
    // A core-command that looks for its peers too early finds them 15 s later.
    assert.match(await ask(lab, namespace, 'edgex-core-command', path), /"readings"/);
    await assertEventsGoOn(lab, namespace);
  });

  await test.test('without Redis nobody gives up', async () => {
    await scale(lab, namespace, 'edgex-redis', 0);
    await deletePods(lab, namespace);
    // The scheduler ends at once; the others would say that they are ready, and aren't.
    await delay(10_000);
    await assertAllWait(lab, namespace, [scheduler, data, metadata, 'edgex-support-notifications']);
    await scale(lab, namespace, 'edgex-redis', 1);
    await assertBack(lab, namespace);
    await assertEventsGoOn(lab, namespace);
  });

  await test.test('without core-data no app service ends and no device service hangs', async () => {
    await scale(lab, namespace, data, 0);
    await deletePods(lab, namespace, appService);
    await deletePods(lab, namespace, deviceService);
    // An app service ends at once, a device service hangs for ever after 15 s.
    await delay(20_000);
    await assertAllWait(lab, namespace, [appService, deviceService]);
    await scale(lab, namespace, data, 1);
    await assertBack(lab, namespace);
    await assertEventsGoOn(lab, namespace);
  });

  await test.test('with half of its settings a service waits, and spoils no database', async () => {
    const folder = `edgex/core/1.0/${scheduler}`;
    await ask(lab, namespace, consul, `/v1/kv/edgex-boot/ledger/${scheduler}`, { method: 'DELETE' });
    await deleteKeys(lab, namespace, `${folder}/IntervalActions/ScrubPushed/`);
    await ask(lab, namespace, consul, `/v1/kv/${folder}/IntervalActions/ScrubAged/Target`, { method: 'DELETE' });
    await deletePods(lab, namespace, scheduler);
    await delay(8_000);
    await assertAllWait(lab, namespace, [scheduler]);
    await install(lab, namespace, '--no-verify', ...args);
    await assertBack(lab, namespace);
    const actions = JSON.parse(await ask(lab, namespace, scheduler, '/api/v1/intervalaction')) as readonly Action[];
    assert.ok(actions.length >= 2 && actions.every(({ target }) => target !== ''), JSON.stringify(actions));
  });

  await test.test('a service that reads its environment at its first start only gets a changed setting', async () => {
    await install(lab, namespace, '--set', 'app-rules/Writable/LogLevel=DEBUG', '--no-verify', ...args);
    const settings = JSON.parse(await ask(lab, namespace, appService, '/api/v1/config'));
    assert.equal(settings.Writable.LogLevel, 'DEBUG');
  });
}

interface Action {
  readonly target: string;
}

async function missingMongo(test: TestContext, lab: Lab, namespace: string): Promise<void> {
  await install(lab, namespace, ...smallWith('mongo', 'device-virtual', 'scheduler', 'notifications'));
  await test.test('without mongo nobody gives up', async () => {
    await scale(lab, namespace, 'edgex-mongo', 0);
    await deletePods(lab, namespace);
    // Whoever needs it ends after 32.7 s, with 0 as if all were well.
    await delay(40_000);
    const needy = [scheduler, data, metadata, 'edgex-support-notifications', 'edgex-core-command'];
    await assertAllWait(lab, namespace, needy);
    await scale(lab, namespace, 'edgex-mongo', 1);
    await assertBack(lab, namespace);
    await assertEventsGoOn(lab, namespace);
  });
}

async function lostDevices(test: TestContext, lab: Lab, namespace: string): Promise<void> {
  const args = smallWith('redis', 'device-virtual');

  await test.test('callbacks that were lost are repeated, and every device sends', async () => {
    await plantFault(lab, namespace, metadata, 'no-callback', args);
    await install(lab, namespace, ...args);
    await assertAllSend(lab, namespace);
  });

  await test.test('devices that are lost though their settings are there are made again', async () => {
    await lab.kubectl(['exec', '-n', namespace, 'deployment/edgex-redis', '--', 'redis-cli', 'flushall']);
    await deletePods(lab, namespace, deviceService);
    await allReady(lab, namespace, [deviceService]);
    assert.equal(await readKey(lab, namespace, 'edgex/devices/1.0/device-virtual/DeviceList/0/Name'), devices[0]);
    const { events } = await install(lab, namespace, ...args);
    const warning = events.find(({ type }) => type === 'warning');
    assert.match(
      JSON.stringify(warning),
      /none of its devices is in the database; starting it as if for the first time/,
    );
    await assertAllSend(lab, namespace);
  });

  await test.test('a device that somebody took away stays away', async () => {
    const [device = ''] = devices;
    const path = `/api/v1/device/name/${device}`;
    await ask(lab, namespace, metadata, path, { method: 'DELETE' });
    const { events } = await install(lab, namespace, '--no-verify', ...args);
    assert.match(JSON.stringify(events), new RegExp(`somebody took ${device} out of the database`));
    await assert.rejects(ask(lab, namespace, metadata, path), /404/);
  });
}

async function muteDevices(_: TestContext, lab: Lab, namespace: string): Promise<void> {
  const args = smallWith('redis', 'device-virtual');
  await plantFault(lab, namespace, deviceService, 'mute', args);
  const run = await tryInstall(lab, namespace, ...args);
  const { object, cause, evidence = [], hint } = failureEvent(run);
  assert.equal(run.code, 6, run.stdout);
  assert.equal(object, deviceService);
  assert.match(cause, /no event arrived at edgex-core-data in \S+ (s|min), though every service is ready/);
  assert.match(evidence.join('\n'), /log of edgex-device-virtual:\n(.*\n)*.*device virtual started/);
  assert.match(hint ?? '', new RegExp(`kubectl -n ${namespace} logs deployment/${deviceService}`));
}

async function hangsLater(_: TestContext, lab: Lab, namespace: string): Promise<void> {
  const args = smallWith('redis');
  await plantFault(lab, namespace, 'edgex-core-command', 'hang:30000', args);
  await install(lab, namespace, ...args);
  await eventually(
    'the kubelet starts it anew',
    () => podsOf(lab, namespace, 'edgex-core-command'),
    ([pod]) => pod !== undefined && pod.restarts > 0 && pod.isReady,
    120_000,
  );
  assert.equal(await ask(lab, namespace, 'edgex-core-command', '/api/v1/ping'), 'pong');
}
