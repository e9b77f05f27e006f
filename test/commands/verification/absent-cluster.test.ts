import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BootError, type ExitName } from '../../../src/base/errors.ts';
import { orAbsent } from '../../../src/commands/verification/absent-cluster.ts';
import { readCluster } from '../../../src/facts/cluster.ts';
import { readLoneMachineHealth } from '../../../src/facts/machine-health.ts';
import { failureOf } from '../../support/failure.ts';

const failing = (exit: ExitName) => () => {
  throw new BootError({ exit, object: 'kubeconfig', cause: 'no kubeconfig was found', hint: 'Name one.' });
};

it('without a kubeconfig the machine is looked at, and the cluster fails with what is missing', async () => {
  const kube = orAbsent(failing('cluster'));
  assert.ok(readLoneMachineHealth(kube.server, 'x64'));
  const { object, cause, hint } = await failureOf(readCluster(kube));
  assert.deepEqual([object, cause, hint], ['kubeconfig', 'no kubeconfig was found', 'Name one.']);
});

it('a context that is not there stays an error of usage', () => {
  assert.throws(() => orAbsent(failing('usage')), BootError);
});
