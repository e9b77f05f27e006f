import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMachine } from '../../src/facts/machine-storage.ts';
import { clusterFacts, noStorage } from '../support/facts.ts';
import { recordedSystem } from './fake-system.ts';
import { raspberryPi } from './recorded-systems.ts';

const files = { ...raspberryPi.files, '/proc/sys/kernel/random/boot_id': 'b' };
const system = recordedSystem({ ...raspberryPi, files });

test('a machine that is a node tells its disks, under the name that volumes are bound to', () => {
  const { machine } = withMachine(noStorage, clusterFacts({ name: 'pi', hostname: 'pi.lan', bootId: 'b' }), system);
  assert.equal(machine?.hostname, 'pi.lan');
  assert.equal(machine?.mounts.find(({ path }) => path === '/')?.medium, 'sd-card');
});

test('a machine that is no node tells nothing', () => {
  assert.deepEqual(withMachine(noStorage, clusterFacts({ name: 'pi', bootId: 'x' }), system), noStorage);
});
