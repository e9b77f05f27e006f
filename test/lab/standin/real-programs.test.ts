import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openConsul } from './registry/consul.ts';
import { seedData } from './seed/data.ts';
import { coreKeys } from './support/keys.ts';
import { debianTree, startRealConsul, startRealRedis } from './support/programs.ts';
import { answer, freePorts, get, start, until } from './support/run.ts';
import { tempDir } from './support/world.ts';

const tree = debianTree() ?? '';
const skip = tree === '' && 'the programs come with the lab, which has not been up on this machine';

/** The stand-ins against Consul's and Redis' own programs, where the other tests have parts of this project. */
describe('with the real Consul and Redis', { concurrency: true, skip }, () => {
  it('config-seed leaves Consul with exactly its 538 keys', async (test) => {
    const address = await startRealConsul(test, tree);
    const file = join(await tempDir(), 'keys.json');
    await writeFile(file, JSON.stringify(seedData()));
    const env = { edgex_registry: `consul://${address}`, STANDIN_KEYS: file };
    const seeder = start(test, 'docker-core-config-seed-go', { env });
    assert.equal((await seeder.ended).code, 0);
    assert.deepEqual(await openConsul(address).read(''), seedData().mongo);
  });

  it('events go from the devices through Redis, which may fail and come back', async (test) => {
    const address = await startRealConsul(test, tree);
    const consul = openConsul(address);
    const [redisPort = 0, data = 0, metadata = 0, device = 0, messages = 0, rules = 0, bus = 0] = await freePorts(7);
    const dir = await tempDir();
    const redis = await startRealRedis(test, tree, redisPort, dir);
    const database = { 'Databases/Primary/Port': redisPort, 'MessageQueue/Port': messages };
    const keys = {
      ...coreKeys('edgex-core-data', data, database),
      ...coreKeys('edgex-core-metadata', metadata, database),
    };
    for (const [key, value] of Object.entries(keys)) await consul.put(key, value);
    const env = { edgex_registry: `consul://${address}` };
    start(test, 'docker-core-data-go', { env });
    start(test, 'docker-core-metadata-go', { env });
    for (const port of [data, metadata]) await answer(`http://127.0.0.1:${port}/api/v1/ping`);

    const [registryHost = '', registryPort = ''] = address.split(':');
    const own = {
      ...{ Clients_Data_Host: '127.0.0.1', Clients_Data_Port: String(data) },
      ...{ Clients_Metadata_Host: '127.0.0.1', Clients_Metadata_Port: String(metadata) },
      ...{ Service_Host: '127.0.0.1', Service_Port: String(device), Logging_EnableRemote: 'false' },
      ...{ Registry_Host: registryHost, Registry_Port: registryPort },
    };
    start(test, 'docker-device-virtual-go', {
      env: { ...env, ...own },
      args: ['--confdir=./res'],
      cwd: await tempDir(),
    });
    const app = start(test, 'docker-app-service-configurable', {
      env: {
        ...env,
        ...{ edgex_profile: 'rules-engine', edgex_service: `http://127.0.0.1:${rules}` },
        ...{ Clients_CoreData_Host: '127.0.0.1', Clients_CoreData_Port: String(data) },
        ...{ MessageBus_SubscribeHost_Port: String(messages), MessageBus_PublishHost_Port: String(bus) },
      },
    });
    const count = async (): Promise<number> => Number((await get(`http://127.0.0.1:${data}/api/v1/event/count`))?.body);
    await until('events', async () => (await count()) > 3);

    // What a change in the registry does, Consul's blocking query included.
    await answer(`http://127.0.0.1:${rules}/api/v1/ping`);
    await consul.put('edgex/appservices/1.0/AppService-rules-engine/Writable/LogLevel', 'DEBUG');
    await until('the change', () => app.output().includes('Pipeline reloaded'));
    await until('the check of the device service', () => consul.isHealthy('device-virtual'));

    redis.kill();
    await redis.ended;
    await until('an error', async () => {
      const response = await get(`http://127.0.0.1:${data}/api/v1/event/count`);
      return response?.status === 500 && response.body.includes('Could not dial Redis');
    });
    assert.equal(await answer(`http://127.0.0.1:${data}/api/v1/ping`), 'pong');
    await startRealRedis(test, tree, redisPort, dir);
    await until('the old events and new ones', async () => (await count()) > 4);
  });
});
