import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { seedData } from './seed/data.ts';
import { environmentKeys } from './seed/environment.ts';
import { type FakeConsul, startConsul } from './support/consul.ts';
import { type Ended, start } from './support/run.ts';
import { tempDir } from './support/world.ts';

const core = 'edgex/core/1.0';
const rules = 'config/edgex-support-rulesengine';

interface Seeding {
  readonly consul: FakeConsul;
  readonly ended: Promise<Ended>;
}

async function seed(
  test: TestContext,
  keys: Record<string, string> = {},
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Seeding> {
  const file = join(await tempDir(), 'keys.json');
  await writeFile(file, JSON.stringify(seedData()));
  const consul = await startConsul(keys);
  test.after(consul.close);
  const all = { edgex_registry: `consul://${consul.address}`, STANDIN_KEYS: file, ...env };
  return { consul, ended: start(test, 'docker-core-config-seed-go', { env: all, args }).ended };
}

describe('config-seed', { concurrency: true }, () => {
  it('writes 538 keys, properties first, one at a time, and ends with 0', async (test) => {
    const { consul, ended } = await seed(test);
    assert.equal((await ended).code, 0);
    assert.deepEqual(Object.fromEntries(consul.keys), seedData().mongo);
    assert.equal(consul.keys.size, 538);
    // A question and an answer for each of the 401 settings, 137 properties, and one for the agent.
    assert.equal(consul.requests.length, 401 * 2 + 137 + 1);
    const firstSetting = consul.requests.findIndex((request) => request.includes(core));
    assert.ok(consul.requests.slice(firstSetting).every((request) => !request.includes('config/')));
  });

  it('has the keys of redis with --cmd=/edgex/cmd-redis: 19 differ', async (test) => {
    const { consul, ended } = await seed(test, {}, ['--profile=docker', '--cmd=/edgex/cmd-redis']);
    await ended;
    const { mongo } = seedData();
    const different = [...consul.keys].filter(([key, value]) => mongo[key] !== value);
    // Those of export-client are placeholders here.
    assert.equal(different.length, 19 - 3);
    assert.equal(consul.keys.get(`${core}/edgex-core-data/Databases/Primary/Type`), 'redisdb');
  });

  it('leaves settings that are there, and overwrites properties', async (test) => {
    const setting = `${core}/edgex-core-data/Writable/LogLevel`;
    const { consul, ended } = await seed(test, { [setting]: 'TRACE', [`${rules}/server.port`]: '1' });
    await ended;
    assert.equal(consul.keys.get(setting), 'TRACE');
    assert.equal(consul.keys.get(`${rules}/server.port`), '48075');
  });

  it('overwrites settings with --overwrite', async (test) => {
    const setting = `${core}/edgex-core-data/Writable/LogLevel`;
    const { consul, ended } = await seed(test, { [setting]: 'TRACE' }, ['--profile=docker', '-o']);
    await ended;
    assert.equal(consul.keys.get(setting), 'INFO');
  });

  it('ends with 1 after thirty tries without a registry, and with 0 after a later error', async (test) => {
    const alone = start(test, 'docker-core-config-seed-go', { env: { edgex_registry: 'consul://127.0.0.1:1' } });
    assert.equal((await alone.ended).code, 1);
    assert.equal(alone.output().match(/registry:/g)?.length, 30);
    const broken = await seed(test, {}, [], { STANDIN_KEYS: '/nowhere' });
    assert.equal((await broken.ended).code, 0);
    assert.equal(broken.consul.keys.size, 0);
  });
});

describe('the environment of config-seed', () => {
  const keys = { [`${core}/edgex-core-data/Service/Host`]: 'a', [`${core}/edgex-core-command/Service/Host`]: 'b' };

  it('sets a path in each service that has it', () => {
    assert.deepEqual(Object.values(environmentKeys(keys, { Service_Host: 'x' })), ['x', 'x']);
    assert.deepEqual(environmentKeys(keys, { Nothing_Here: 'x' }), {});
  });

  it('sets and makes paths of one service', () => {
    assert.deepEqual(environmentKeys(keys, { core_data_Service_Host: 'x', 'core-data_New_Path': 'y' }), {
      [`${core}/edgex-core-data/Service/Host`]: 'x',
      [`${core}/edgex-core-data/New/Path`]: 'y',
    });
  });

  it('drops empty values and values with =', () => {
    assert.deepEqual(environmentKeys(keys, { Service_Host: '', core_data_Service_Host: 'a=b' }), {});
  });
});
