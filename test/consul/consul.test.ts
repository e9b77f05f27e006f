import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { consulStore, type KeyValueStore } from '../../src/consul/kv.ts';
import { type SeedResult, seedConfiguration } from '../../src/consul/seed.ts';
import type { ServiceConfiguration } from '../../src/plan/types.ts';
import { registry } from './fakes.ts';
import { prepareConsul } from './real-consul.ts';

const consul = await prepareConsul();

/** As many services and settings as an installation has. */
const sizes = [40, 50, 50, 34, 45, 57, 45, 33, 98, 132];
const configurations = sizes.map((count, number): ServiceConfiguration => {
  const keys = Array.from({ length: count }, (_, key) => [
    `edgex/s${number};docker/Key${key}`,
    key % 5 ? `v ${key}` : '',
  ]);
  return { service: `s${number}`, keys: Object.fromEntries(keys) };
});
const wanted = Object.assign({}, ...configurations.map(({ keys }) => keys)) as Readonly<Record<string, string>>;

if ('reason' in consul) {
  it('a real Consul', { skip: consul.reason }, () => {});
} else {
  describe('a real Consul', () => {
    const patienceMs = 60_000;
    const store = (): KeyValueStore =>
      consulStore(consul.reach, registry, { clock: systemClock, deadlineMs: systemClock.now() + patienceMs });
    const seed = (configurations: readonly ServiceConfiguration[]): Promise<SeedResult> =>
      seedConfiguration({ store: store(), release: 'fuji', clock: systemClock, emit: () => {} }, configurations);

    before(() => consul.start());
    after(() => consul.remove());

    it('is seeded as soon as it has a leader', async () => {
      const { writes } = await seed(configurations);
      // What takes two transactions has its ledger written before the first, too.
      const large = sizes.filter((count) => count + 1 > 64);
      assert.equal(writes, Object.keys(wanted).length + configurations.length + large.length);
      const stored = await store().read('edgex/');
      assert.deepEqual(Object.fromEntries([...stored].map(([key, { value }]) => [key, value])), wanted);
    });

    it('is not written to by a second run', async () => {
      const before = await store().read('e');
      assert.equal((await seed(configurations)).writes, 0);
      assert.deepEqual(await store().read('e'), before);
    });

    it('commits nothing of a transaction that meets a changed key', async () => {
      const changed = 'conflict/b';
      await store().commit([{ verb: 'write', key: changed, index: 0, value: 'theirs' }]);
      const result = await store().commit([
        { verb: 'write', key: 'conflict/a', index: 0, value: 'ours' },
        { verb: 'write', key: changed, index: 0, value: 'ours' },
      ]);
      assert.equal(result.committed, 0);
      assert.equal(result.conflict?.key, changed);
      assert.deepEqual([...(await store().read('conflict/')).keys()], [changed]);
    });

    it('keeps a value that a person changed, while the release changes too', async () => {
      const [first] = configurations;
      assert.ok(first);
      const [key = ''] = Object.keys(first.keys);
      const index = (await store().read(key)).get(key)?.modifyIndex ?? 0;
      await store().commit([{ verb: 'write', key, index, value: 'mine' }]);
      const update = { ...first, keys: { ...first.keys, [key]: 'new', 'edgex/s0;docker/More': 'new' } };
      const { services } = await seed([update]);
      assert.deepEqual(services, [{ service: 's0', written: 1, kept: [{ key, value: 'mine', wanted: 'new' }] }]);
    });

    it('loses a setting that the release wants no more', async () => {
      const before = (await store().read('edgex/')).size;
      const last = configurations.at(-1);
      assert.ok(last);
      const [gone = '', ...left] = Object.keys(last.keys);
      await seed([{ ...last, keys: Object.fromEntries(left.map((key) => [key, last.keys[key] ?? ''])) }]);
      const stored = await store().read('edgex/');
      assert.equal(stored.size, before - 1);
      assert.ok(!stored.has(gone));
      await seed([last]);
    });

    it('takes large settings in as many transactions as it needs', async () => {
      const values = Array.from({ length: 5 }, (_, number) => [`large/${number}`, 'x'.repeat(250_000)]);
      const { writes } = await seed([{ service: 'large', keys: Object.fromEntries(values) }]);
      // Its ledger twice: before the first transaction, and with the last.
      assert.equal(writes, 7);
      await store().deleteFolder('large/');
      assert.equal((await store().read('large/')).size, 0);
    });

    it('refuses a value beyond its limit, and the key is named', async () => {
      const keys = { 'huge/key': 'x'.repeat(600_000) };
      await assert.rejects(seed([{ service: 'huge', keys }]), /huge\/key: .*too large/);
    });

    it('has everything after a power cut, and needs no write', async () => {
      const stored = await store().read('edgex/');
      await consul.kill();
      const again = seed(configurations.slice(1));
      consul.start();
      assert.equal((await again).writes, 0);
      assert.deepEqual(await store().read('edgex/'), stored);
    });
  });
}
