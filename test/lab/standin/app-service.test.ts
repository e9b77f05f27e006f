import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { type Broker, startBroker } from './support/broker.ts';
import { startConsul } from './support/consul.ts';
import { answer, freePorts, type Start, start, until } from './support/run.ts';
import { startWorld, type World } from './support/world.ts';

const image = 'docker-app-service-configurable';
const mqttPrefix = 'edgex/appservices/1.0/AppService-mqtt-export/';
const mqttSend = 'Writable/Pipeline/Functions/MQTTSend';

const reference = {
  Clients_CoreData_Host: 'edgex-core-data',
  Clients_Logging_Host: 'edgex-support-logging',
  Logging_EnableRemote: 'true',
  MessageBus_SubscribeHost_Host: 'edgex-core-data',
};

/** What the original wrote with the reference deployment's environment: number of keys, hash of the sorted pairs. */
const golden = [
  {
    profile: 'rules-engine',
    env: { edgex_service: 'http://edgex-app-service-configurable-rules:48100' },
    keys: 98,
    hash: 'f44d39f2ba895929d81bdb25d006eec8212b93f2793989e1bebad2830006e636',
  },
  {
    profile: 'mqtt-export',
    env: {
      edgex_service: 'http://edgex-app-service-configurable-mqtt-export:48097',
      Writable_Pipeline_Functions_MQTTSend_Addressable_Address: '192.168.0.100',
      Writable_Pipeline_Functions_MQTTSend_Addressable_Port: '1883',
      Writable_Pipeline_Functions_MQTTSend_Addressable_Protocol: 'tcp',
      Writable_Pipeline_Functions_MQTTSend_Addressable_Topic: 'edgex-handson-topic',
    },
    keys: 132,
    hash: 'bf5f7ee8906da4b9eb90da01705d065913e6dac64a73935556766660ed61cb1a',
  },
];

/** The mqtt-export service in a world with core-data, sending to `topic` at a broker's port. */
function startExport(world: World, brokerPort: number, options: Start = {}) {
  const { hostname: host, port } = new URL(world.urls.data);
  const env = {
    edgex_profile: 'mqtt-export',
    edgex_service: world.urls.app,
    ...{ Clients_CoreData_Host: host, Clients_CoreData_Port: port },
    ...{ MessageBus_SubscribeHost_Host: host, MessageBus_SubscribeHost_Port: String(world.messagePort) },
    Writable_Pipeline_Functions_MQTTSend_Addressable_Address: host,
    Writable_Pipeline_Functions_MQTTSend_Addressable_Port: String(brokerPort),
    Writable_Pipeline_Functions_MQTTSend_Addressable_Topic: 'first',
    ...options.env,
  };
  return world.start(image, { ...options, env });
}

/** A world with core-data, the mqtt-export service and a broker, through which one event has already come. */
async function exporting(test: TestContext, options: Start = {}) {
  const world = await startWorld(test);
  world.start('docker-core-data-go');
  await answer(`${world.urls.data}/api/v1/ping`);
  const [port = 0] = await freePorts(1);
  const broker = await startBroker(port);
  test.after(broker.close);
  const app = startExport(world, port, options);
  await answer(`${world.urls.app}/api/v1/ping`);
  await until('the first event comes through', async () => {
    await post(world, 'warm-up');
    return broker.messages.length > 0;
  });
  return { world, broker, app };
}

async function post({ urls }: World, device: string): Promise<string> {
  const body = JSON.stringify({ device, readings: [{ name: 'Bool', value: 'true' }] });
  const response = await fetch(`${urls.data}/api/v1/event`, { method: 'POST', body });
  return response.text();
}

/** Posts events of a device until one of them has arrived. */
async function arrived(world: World, broker: Broker, topic: string, device: string): Promise<void> {
  await until(`an event of ${device} in ${topic}`, async () => {
    await post(world, device);
    return broker.messages.some((message) => message.topic === topic && JSON.parse(message.payload).device === device);
  });
}

describe('app-service-configurable', { concurrency: true }, () => {
  for (const { profile, env, keys, hash } of golden) {
    it(`writes the ${keys} keys of the original with the profile ${profile}`, async (test) => {
      const consul = await startConsul();
      test.after(consul.close);
      const all = { ...reference, ...env, edgex_profile: profile, edgex_registry: `consul://${consul.address}` };
      const app = start(test, image, { env: all });
      const prefix = `edgex/appservices/1.0/AppService-${profile}/`;
      // Without core-data it writes its keys and ends.
      assert.equal((await app.ended).code, 255);
      const registry: Record<string, string> = { 'Registry/Host': 'edgex-core-consul', 'Registry/Port': '8500' };
      const pairs = [...consul.keys].map(([key, value]) => [key.slice(prefix.length), value] as const);
      const sorted = pairs
        .map(([path, value]) => [path, registry[path] ?? value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      assert.equal(sorted.length, keys);
      assert.equal(createHash('sha256').update(JSON.stringify(sorted)).digest('hex'), hash);
    });
  }

  it('ends with 255 after thirty tries without a registry', async (test) => {
    const env = { edgex_profile: 'rules-engine', edgex_registry: 'consul://127.0.0.1:1' };
    const app = start(test, image, { env });
    assert.equal((await app.ended).code, 255);
    assert.equal(app.output().match(/failed to initialize Registry/g)?.length, 30);
  });

  it('ends with 255 at once when core-data has another major version', async (test) => {
    const consul = await startConsul();
    test.after(consul.close);
    const asked: (string | undefined)[] = [];
    const data = createServer((request, response) => {
      asked.push(request.url);
      response.end('{"version":"2.0.0"}');
    });
    const [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => data.listen(port, '127.0.0.1', resolve));
    test.after(() => data.close());
    const env = {
      edgex_profile: 'rules-engine',
      edgex_registry: `consul://${consul.address}`,
      Clients_CoreData_Port: String(port),
    };
    const app = start(test, image, { env: { ...env, Clients_CoreData_Host: '127.0.0.1' } });
    assert.equal((await app.ended).code, 255);
    assert.deepEqual(asked, ['/api/version']);
  });

  it('loses a round on its first start to an override of a number, and none later', async (test) => {
    const { world, app } = await exporting(test);
    assert.match(app.output(), /Can't convert \d+\(string\) to int/);
    app.kill();
    await app.ended;
    const again = startExport(world, 1);
    await answer(`${world.urls.app}/api/v1/ping`);
    assert.doesNotMatch(again.output(), /Can't convert/);
  });

  it('sends events as JSON to its topic and marks them as pushed', async (test) => {
    const { world, broker } = await exporting(test);
    await arrived(world, broker, 'first', 'Some-Device');
    assert.equal(broker.clients[0]?.id, 'AppServiceConfigurable-mqtt-export');
    await until('a pushed mark', async () => {
      const events = JSON.parse(await answer(`${world.urls.data}/api/v1/event/100`));
      return events.some(
        (event: { device: string; pushed?: number }) => event.device === 'Some-Device' && event.pushed,
      );
    });
  });

  it('ignores a changed environment once its keys are there, and takes it with --overwrite', async (test) => {
    const { world, broker, app } = await exporting(test);
    const env = { Writable_Pipeline_Functions_MQTTSend_Addressable_Topic: 'second' };
    app.kill();
    await app.ended;
    const again = startExport(world, broker.port, { env });
    await arrived(world, broker, 'first', 'After-Restart');
    assert.ok(!broker.messages.some(({ topic }) => topic === 'second'));
    again.kill();
    await again.ended;
    startExport(world, broker.port, { env, args: ['--registry', '--profile=OVERWRITEME', '--overwrite'] });
    await arrived(world, broker, 'second', 'After-Overwrite');
  });

  it('takes a changed topic, user and order from the registry without a restart', async (test) => {
    const { world, broker } = await exporting(test);
    world.consul.put(`${mqttPrefix}${mqttSend}/Addressable/Topic`, 'changed');
    await arrived(world, broker, 'changed', 'After-Change');
    world.consul.put(`${mqttPrefix}${mqttSend}/Addressable/User`, 'operator');
    world.consul.put(`${mqttPrefix}${mqttSend}/Parameters/qos`, '1');
    await until('a connection with the user', async () => {
      await post(world, 'With-User');
      return broker.clients.some(({ user }) => user === 'operator');
    });
    await arrived(world, broker, 'changed', 'With-Qos');
    world.consul.put(`${mqttPrefix}Writable/Pipeline/Functions/FilterByDeviceName/Parameters/DeviceNames`, 'Wanted');
    world.consul.put(`${mqttPrefix}Writable/Pipeline/ExecutionOrder`, 'FilterByDeviceName, TransformToJSON, MQTTSend');
    await until('unwanted events stop', async () => {
      const before = broker.messages.length;
      await post(world, 'Unwanted');
      await arrived(world, broker, 'changed', 'Wanted');
      return !broker.messages.slice(before).some(({ payload }) => payload.includes('Unwanted'));
    });
  });

  it('drops events while the broker is away, and connects again with a later one', async (test) => {
    const { world, broker, app } = await exporting(test);
    broker.close();
    await until('it says so', async () => {
      await post(world, 'Lost');
      return app.output().includes('Could not connect to mqtt server, drop event');
    });
    assert.ok(app.isAlive());
    const back = await startBroker(broker.port);
    test.after(back.close);
    await arrived(world, back, 'first', 'After-Return');
  });
});
