import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BootError, type BootErrorDetails } from '../../src/base/errors.ts';
import { chooseStorage } from '../../src/plan/storage.ts';
import type { StorageInput } from '../../src/plan/storage-types.ts';
import { clusterFacts, noStorage, storageClassFacts, storageService, volumeFacts } from '../support/facts.ts';

/** The words of a choice; which one is made stands in storage-choice.test.ts. */

const blind: Omit<StorageInput, 'wish'> = {
  namespace: 'edgex',
  architecture: 'amd64',
  services: [storageService({ name: 'data', size: '512Mi' })],
};
const facts = { cluster: clusterFacts({ name: 'pi' }), storage: noStorage };

function refusal(input: StorageInput): BootErrorDetails {
  try {
    assert.fail(`it chose ${chooseStorage(input).kind}`);
  } catch (error) {
    if (error instanceof BootError) return error.details;
    throw error;
  }
}

test('without a cluster the claims take its default class', () => {
  const { reason, ...place } = chooseStorage({ ...blind, wish: 'auto' });
  assert.deepEqual(place, { kind: 'class' });
  assert.match(reason, /no cluster was asked/);
});

test('without a cluster a class or an export is taken as it is named', () => {
  const reason = 'asked for';
  assert.deepEqual(chooseStorage({ ...blind, wish: 'class:a.b' }), { kind: 'class', className: 'a.b', reason });
  assert.deepEqual(chooseStorage({ ...blind, wish: 'nfs://[fd00::1]/x' }), {
    kind: 'nfs',
    server: '[fd00::1]',
    path: '/x',
    reason,
  });
});

test('without a cluster nothing is known of nodes and volumes', () => {
  assert.match(refusal({ ...blind, wish: 'local:/srv' }).cause, /no cluster was asked for one/);
  assert.match(refusal({ ...blind, wish: 'existing' }).cause, /no cluster was asked for the volumes/);
});

test('a mistyped class is told with the one that was meant', () => {
  const storage = { ...noStorage, classes: [storageClassFacts({ name: 'fast' })] };
  const { object, hint } = refusal({ ...blind, wish: 'class:fats', facts: { ...facts, storage } });
  assert.deepEqual([object, hint], ['--storage class:fats', 'Did you mean class:fast?']);
});

test('volumes that can not be taken are told with what is against each', () => {
  const volumes = [
    volumeFacts({ name: 'tiny', capacity: '1Mi' }),
    volumeFacts({ name: 'used', claim: { namespace: 'shop', name: 'orders' } }),
  ];
  const { evidence } = refusal({ ...blind, wish: 'existing', facts: { ...facts, storage: { ...noStorage, volumes } } });
  assert.deepEqual(evidence, ['persistentvolume/tiny: it has 1Mi', 'persistentvolume/used: it is for shop/orders']);
});
