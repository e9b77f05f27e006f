import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { asksFirst, confirmPurge, requireAnswerer } from '../../src/commands/confirm.ts';
import type { StoredData } from '../../src/plan/stored-data.ts';

const data: readonly StoredData[] = [
  {
    claim: 'redis-data',
    hasClaim: true,
    place: '/var/lib/edgex/plant/redis-data on node gw',
    removal: { by: 'nobody' },
  },
];
const usage = (error: unknown): boolean => isBootError(error) && error.details.exit === 'usage';

test('only the deletion of data is asked for, and not where the answer is given already', () => {
  assert.equal(asksFirst({ purgeData: false, yes: false }), false);
  assert.equal(asksFirst({ purgeData: true, yes: true }), false);
  assert.equal(asksFirst({ purgeData: true, yes: false }), true);
});

test('where nobody can be asked the answer has to be given', () => {
  assert.throws(() => requireAnswerer({ purgeData: true, yes: false }, {}), usage);
  requireAnswerer({ purgeData: true, yes: true }, {});
  requireAnswerer({ purgeData: false, yes: false }, {});
  requireAnswerer({ purgeData: true, yes: false }, { ask: async () => '' });
});

test('the question says what will be deleted and what to type', async () => {
  let asked = '';
  const ask = async (question: string): Promise<string> => {
    asked = question;
    return ' plant ';
  };
  await confirmPurge(data, { namespace: 'plant' }, { ask });
  assert.match(
    asked,
    /in namespace plant:\n {2}redis-data: \/var\/lib\/edgex\/plant\/redis-data on node gw\nType the name of the namespace to go on: $/,
  );
});

for (const answer of ['', 'y', 'yes', 'Plant', 'plan']) {
  test(`${JSON.stringify(answer)} is no confirmation`, async () => {
    await assert.rejects(confirmPurge(data, { namespace: 'plant' }, { ask: async () => answer }), usage);
  });
}
