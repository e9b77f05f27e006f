import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import {
  brokerOf,
  differencesBetween,
  overridesOf,
  readTarget,
  targetInEnvironment,
  targetOf,
} from '../../src/verify/export-settings.ts';

const addressable = 'Writable/Pipeline/Functions/MQTTSend/Addressable';
const address = { host: '10.0.0.7', port: 8883, isTls: true };
const target = targetOf(address, 'plant', { username: 'u', password: 'p' });

test('an address becomes settings, and these the address again', () => {
  assert.deepEqual(overridesOf(addressable, target), {
    [`${addressable}/Address`]: '10.0.0.7',
    [`${addressable}/Port`]: '8883',
    [`${addressable}/Protocol`]: 'tcps',
    [`${addressable}/Topic`]: 'plant',
    [`${addressable}/User`]: 'u',
    [`${addressable}/Password`]: 'p',
  });
  assert.deepEqual(brokerOf(target), address);
  assert.equal(brokerOf({ ...target, Protocol: 'tcp' }).isTls, false);
});

const answers: readonly (readonly [string, object])[] = [
  [
    'with names as in Consul',
    { Address: '10.0.0.7', Port: 8883, Protocol: 'ssl', Topic: 'plant', User: 'u', Password: 'p' },
  ],
  [
    "with names of Go's JSON",
    { address: '10.0.0.7', port: 8883, protocol: 'ssl', topic: 'plant', user: 'u', password: 'p' },
  ],
];

for (const [what, fields] of answers) {
  test(`the running service's settings are read ${what}`, async () => {
    const body = JSON.stringify({ Writable: { Pipeline: { Functions: { MQTTSend: { Addressable: fields } } } } });
    const reach = { way: 'direct', request: async () => ({ status: 200, body }) } as const;
    const patience = { clock: systemClock, deadlineMs: 0 };
    const found = await readTarget(reach, { service: 's', port: 1 }, addressable, patience);
    assert.deepEqual(differencesBetween(target, found), []);
  });
}

test('a service that says nothing of its target is waited for, and then told', async () => {
  const reach = { way: 'direct', request: async () => ({ status: 200, body: '{}' }) } as const;
  const patience = { clock: systemClock, deadlineMs: 0 };
  await assert.rejects(readTarget(reach, { service: 's', port: 1 }, addressable, patience), { name: 'BootError' });
});

test('differences are told field by field, and no password', () => {
  const found = { ...target, Address: '192.168.0.100', Password: 'secret' };
  assert.deepEqual(differencesBetween(target, found), [
    { field: 'Address', wanted: '10.0.0.7', found: '192.168.0.100' },
    { field: 'Password', wanted: 'another one', found: 'this one' },
  ]);
  assert.deepEqual(differencesBetween({ Topic: 'plant' }, found), []);
});

test('what a container has in its environment is found by its EdgeX names', () => {
  const prefix = 'Writable_Pipeline_Functions_MQTTSend_Addressable';
  const environment = [
    { name: `${prefix}_Topic`, value: 'other' },
    { name: `${prefix}_Port`, value: '1884' },
    { name: `${prefix}_User` },
    { name: 'Service_Host', value: 'x' },
  ];
  assert.deepEqual(targetInEnvironment(environment, addressable), { Port: '1884', Topic: 'other' });
});
