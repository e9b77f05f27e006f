import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { type ExpandOptions, expandConfiguration, foldersOf, type Overrides } from '../../src/plan/configuration.ts';
import { configTrees, seededServices } from './configuration-files.ts';

const trees = configTrees();

function expand(changes: Partial<ExpandOptions> = {}): Readonly<Record<string, string>> {
  const options: ExpandOptions = { database: 'mongo', pristine: true, services: seededServices, ...changes };
  return Object.assign({}, ...expandConfiguration(trees, options).map(({ keys }) => keys));
}

/** Key to its two values, where they differ. */
function difference(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.filter((key) => one[key] !== other[key]).map((key) => [key, [one[key], other[key]]]));
}

/** What an error tells a user. */
function complaint(overrides: Overrides): string {
  try {
    expand({ overrides });
  } catch (error) {
    if (isBootError(error)) return `${error.details.exit} ${error.message}. ${error.details.hint}`;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('mongo and redis differ in 16 keys, and in nothing else', () => {
  const expected: Record<string, [string, string]> = {
    'edgex/core/1.0/edgex-support-logging/Writable/Persistence': ['database', 'file'],
  };
  for (const name of ['core-command', 'core-data', 'core-metadata', 'support-notifications', 'support-scheduler']) {
    const folder = `edgex/core/1.0/edgex-${name}/Databases/Primary`;
    expected[`${folder}/Type`] = ['mongodb', 'redisdb'];
    expected[`${folder}/Host`] = ['edgex-mongo', 'edgex-redis'];
    expected[`${folder}/Port`] = ['27017', '6379'];
  }
  assert.equal(Object.keys(expected).length, 16);
  assert.deepEqual(difference(expand({ database: 'mongo' }), expand({ database: 'redis' })), expected);
});

test('services that seed themselves have the same settings with each database', () => {
  const services = [...trees.services.keys()].filter((service) => !seededServices.includes(service));
  assert.equal(services.length, 3);
  assert.deepEqual(expand({ services, database: 'mongo' }), expand({ services, database: 'redis' }));
});

test('edgex-boot itself changes the listening hosts of all core services but core-command', () => {
  const expected: Record<string, [string, string]> = {};
  for (const name of seededServices.filter((service) => !/command|rulesengine/.test(service))) {
    expected[`edgex/core/1.0/${name}/Service/Host`] = [name, '0.0.0.0'];
  }
  assert.equal(Object.keys(expected).length, 6);
  const services = [...trees.services.keys()];
  assert.deepEqual(difference(expand({ services }), expand({ services, pristine: false })), expected);
});

test('each change is of a service that has settings', () => {
  for (const service of trees.changes.flatMap((change) => change.services)) assert.ok(trees.services.has(service));
});

test('keys come sorted, each in a folder of its service', () => {
  for (const { service, keys } of expandConfiguration(trees, {
    database: 'redis',
    pristine: false,
    services: [...trees.services.keys()],
  })) {
    const names = Object.keys(keys);
    assert.deepEqual(names, [...names].sort());
    for (const name of names)
      assert.ok(
        foldersOf(trees, service).some((folder) => name.startsWith(`${folder}/`)),
        name,
      );
  }
});

test('an empty text is a key with an empty value, a list has a key for each entry', () => {
  assert.equal(expand()['edgex/core/1.0/edgex-support-notifications/Smtp/Password'], '');
  const devices = expand({ services: ['edgex-device-virtual'] });
  assert.equal(devices['edgex/devices/1.0/device-virtual/DeviceList/1/AutoEvents/3/Resource'], 'Int64');
  assert.equal(devices['edgex/devices/1.0/device-virtual/DeviceList/0/Labels/0'], 'device-virtual-example');
});

test('an override changes its key alone, and wins over what edgex-boot changes', () => {
  const overrides = { 'edgex-core-data': { 'Writable/LogLevel': 'DEBUG', 'Service/Host': 'edgex-core-data' } };
  assert.deepEqual(difference(expand({ pristine: false }), expand({ pristine: false, overrides })), {
    'edgex/core/1.0/edgex-core-data/Writable/LogLevel': ['INFO', 'DEBUG'],
    'edgex/core/1.0/edgex-core-data/Service/Host': ['0.0.0.0', 'edgex-core-data'],
  });
});

test('an override of a service with two folders counts in each that has the key', () => {
  const at = (folder: string, name: string) => `config/edgex-support-rulesengine${folder}/${name}`;
  const overrides = { 'edgex-support-rulesengine': { 'heart.beat.time': 1000, 'logging.remote.enable': 'false' } };
  assert.deepEqual(difference(expand(), expand({ overrides })), {
    [at('', 'heart.beat.time')]: ['300000', '1000'],
    [at(';docker', 'heart.beat.time')]: ['300000', '1000'],
    [at(';docker', 'logging.remote.enable')]: ['true', 'false'],
  });
});

test('an override may be a value or its text, and an empty text', () => {
  const overridden = expand({
    overrides: { 'edgex-core-data': { 'Service/Port': 1, 'Service/Timeout': '2', 'Databases/Primary/Password': '' } },
  });
  assert.equal(overridden['edgex/core/1.0/edgex-core-data/Service/Port'], '1');
  assert.equal(overridden['edgex/core/1.0/edgex-core-data/Service/Timeout'], '2');
  assert.equal(overridden['edgex/core/1.0/edgex-core-data/Databases/Primary/Password'], '');
});

test('an override of an unknown key is refused, with the nearest known one', () => {
  assert.equal(
    complaint({ 'edgex-core-data': { 'Writable.LogLevl': 'DEBUG' } }),
    'usage edgex-core-data/Writable.LogLevl: there is no such setting. Did you mean Writable/LogLevel?',
  );
  assert.match(complaint({ 'edgex-core-data': { x: 1 } }), /`edgex-boot config render` lists all of them\.$/);
  assert.match(complaint({ 'edgex-core-data': { Service: 'x' } }), /there is no such setting/);
});

test('an override of a service without settings is refused, with the nearest known one', () => {
  assert.match(
    complaint({ 'edgex-core-dta': { x: 1 } }),
    /^usage edgex-core-dta\/x: .*Did you mean edgex-core-data\?$/,
  );
  assert.match(complaint({ constructor: {} }), /There are settings for edgex-core-command, /);
});

test('an override has to be of the type of what it replaces', () => {
  const data = (path: string, value: string | number | boolean) => complaint({ 'edgex-core-data': { [path]: value } });
  assert.equal(
    data('Service/Port', 'http'),
    'usage edgex-core-data/Service/Port: "http" is not a whole number. Give it a whole number, like 48080.',
  );
  assert.match(data('Service/Port', 1.5), /1\.5 is not a whole number/);
  assert.match(data('Service/Port', ''), /"" is not a whole number/);
  assert.match(data('Writable/PersistData', 'yes'), /"yes" is not true or false/);
});
