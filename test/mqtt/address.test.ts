import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { formatBroker, isLoopback, parseBrokerUrl } from '../../src/mqtt/address.ts';

const good: readonly (readonly [url: string, address: object, shown: string])[] = [
  ['mqtt://10.0.0.7', { host: '10.0.0.7', port: 1883, isTls: false }, 'mqtt://10.0.0.7:1883'],
  ['mqtt://broker:1884/', { host: 'broker', port: 1884, isTls: false }, 'mqtt://broker:1884'],
  ['tcp://broker', { host: 'broker', port: 1883, isTls: false }, 'mqtt://broker:1883'],
  ['mqtts://a.example.com', { host: 'a.example.com', port: 8883, isTls: true }, 'mqtts://a.example.com:8883'],
  ['ssl://broker:9', { host: 'broker', port: 9, isTls: true }, 'mqtts://broker:9'],
  ['mqtt://[fd00::7]:1883', { host: 'fd00::7', port: 1883, isTls: false }, 'mqtt://[fd00::7]:1883'],
];

for (const [url, address, shown] of good) {
  test(`${url} is understood`, () => {
    const parsed = parseBrokerUrl('--mqtt', url);
    assert.deepEqual(parsed, address);
    assert.equal(formatBroker(parsed), shown);
  });
}

const bad: readonly (readonly [url: string, cause: RegExp])[] = [
  ['broker', /not the URL/],
  ['http://broker', /not the URL/],
  ['mqtt://', /not the URL/],
  ['mqtt://$(reboot)', /not the URL/],
  ["mqtt://a'b", /not the URL/],
  ['mqtt://a%24b', /not the URL/],
  ['mqtt://broker:99999', /not the URL/],
  ['mqtt://broker:0', /no port 0/],
  ['mqtt://broker/topic', /no \/topic/],
  ['mqtt://broker?x=1', /no \?x=1/],
  ['mqtt://user:sesame@broker', /can be read by others/],
  ['mqtt://user:sesame@broker:99999', /not the URL/],
];

for (const [url, cause] of bad) {
  test(`${url} is refused, and no password told`, () => {
    assert.throws(
      () => parseBrokerUrl('--mqtt', url),
      (error) => {
        assert.ok(isBootError(error));
        assert.equal(error.details.exit, 'usage');
        assert.match(error.details.cause, cause);
        assert.doesNotMatch(JSON.stringify(error.details), /sesame/);
        return true;
      },
    );
  });
}

const loopback = ['localhost', 'LOCALHOST.', 'x.localhost', '127.0.0.1', '127.9.9.9', '::1', '::', '0.0.0.0'];
const others = ['10.0.0.7', 'broker', 'localhost.example.com', 'fd00::1', '128.0.0.1', '::2'];

test('what means oneself is told from what others reach', () => {
  assert.deepEqual(
    [...loopback, '::ffff:127.0.0.1', '::ffff:7f00:1'].filter((host) => !isLoopback(host)),
    [],
  );
  assert.deepEqual(others.filter(isLoopback), []);
});
