import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import { consulStore } from '../../src/consul/kv.ts';
import { previewSeed, seedConfiguration } from '../../src/consul/seed.ts';
import { configurationDigest, ledgerKey } from '../../src/plan/seed.ts';
import type { ServiceConfiguration } from '../../src/plan/types.ts';
import { fakeClock, fakeConsul, fakeReach, patience, registry, type Serve } from './fakes.ts';

/** A service with so many settings that they need a number of transactions. */
function configuration(service: string, count: number, value = 'v'): ServiceConfiguration {
  const keys = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`edgex/${service}/Key${n}`, `${value}${n}`]),
  );
  return { service, keys };
}

const small = configuration('small', 5);
const large = configuration('large', 132);

function seeding(serve: Serve) {
  const clock = fakeClock();
  const reach = fakeReach(serve);
  const events: BootEvent[] = [];
  const context = {
    store: consulStore(reach, registry, patience(clock)),
    release: 'fuji',
    clock,
    emit: (event: BootEvent) => events.push(event),
  };
  return {
    reach,
    events,
    seed: (configurations: readonly ServiceConfiguration[]) => seedConfiguration(context, configurations),
    preview: (configurations: readonly ServiceConfiguration[]) => previewSeed(context, configurations),
    changes: () => reach.calls.filter((call) => !call.startsWith('GET')).length,
  };
}

type Consul = ReturnType<typeof fakeConsul>;

/** @param wanted where a person's values are among the keys: what was wanted */
function assertSeeded(consul: Consul, { service, keys }: ServiceConfiguration, wanted = { keys }): void {
  for (const [key, value] of Object.entries(keys)) assert.equal(consul.get(key), value);
  assert.ok(consul.get(ledgerKey(service))?.includes(configurationDigest(wanted.keys)), `ledger of ${service}`);
}

describe('seeding', () => {
  it('writes everything into an empty registry, and tells', async () => {
    const consul = fakeConsul();
    const { seed, events } = seeding(consul.serve);
    const result = await seed([small, large]);
    assertSeeded(consul, small);
    assertSeeded(consul, large);
    assert.deepEqual(result, {
      // The large one's ledger twice: before the first transaction, and with the last.
      writes: 5 + 132 + 3,
      services: [
        { service: 'small', written: 5, kept: [] },
        { service: 'large', written: 132, kept: [] },
      ],
    });
    assert.deepEqual(
      events.toSorted((a, b) => JSON.stringify(b).localeCompare(JSON.stringify(a))),
      [
        { type: 'seeded', service: 'small', written: 5, kept: [] },
        { type: 'seeded', service: 'large', written: 132, kept: [] },
      ],
    );
  });

  it('changes nothing at the second run', async () => {
    const consul = fakeConsul();
    await seeding(consul.serve).seed([small, large]);
    const { seed, changes } = seeding(consul.serve);
    assert.equal((await seed([small, large])).writes, 0);
    assert.equal(changes(), 0);
  });

  it('keeps what a person changed, and tells which', async () => {
    const consul = fakeConsul();
    await seeding(consul.serve).seed([small]);
    consul.set('edgex/small/Key1', 'mine');
    const { seed, events, changes } = seeding(consul.serve);
    const { services } = await seed([small]);
    assert.deepEqual(services[0]?.kept, [{ key: 'edgex/small/Key1', value: 'mine', wanted: 'v1' }]);
    assert.deepEqual(events, [{ type: 'seeded', service: 'small', written: 0, kept: ['edgex/small/Key1'] }]);
    assert.equal(changes(), 0);
  });

  it('writes everything again when Consul has lost its data', async () => {
    const consul = fakeConsul();
    await seeding(consul.serve).seed([small, large]);
    consul.clear();
    assert.equal((await seeding(consul.serve).seed([small, large])).writes, 140);
    assertSeeded(consul, large);
  });

  describe('after an earlier run was killed between two transactions', () => {
    const killed = async (consul: Consul, wanted: ServiceConfiguration): Promise<void> => {
      let transactions = 0;
      const dying: Serve = (service, request) => {
        if (request.path === '/v1/txn' && ++transactions > 3) throw new Error('killed');
        return consul.serve(service, request);
      };
      await assert.rejects(seeding(dying).seed([wanted]), /killed/);
    };
    const isVouchedFor = (consul: Consul, { service, keys }: ServiceConfiguration): boolean =>
      consul.get(ledgerKey(service))?.includes(configurationDigest(keys)) ?? false;

    it('completes what that began, and no ledger vouches for it before', async () => {
      const consul = fakeConsul();
      await killed(consul, large);
      assert.equal(consul.keys().length, 1 + 128);
      assert.ok(!isVouchedFor(consul, large));

      assert.equal((await seeding(consul.serve).seed([large])).writes, 4 + 1);
      assertSeeded(consul, large);
    });

    const other = configuration('large', 132, 'w');
    for (const before of [[], [configuration('large', 132, 'u')]]) {
      const what = before.length === 0 ? 'the first of all' : 'one that changed everything';
      it(`takes nothing of it for a person's when other values are wanted by then: ${what}`, async () => {
        const consul = fakeConsul();
        if (before.length > 0) await seeding(consul.serve).seed(before);
        await killed(consul, large);
        assert.ok(!isVouchedFor(consul, large));
        consul.set('edgex/large/Key3', 'mine');

        const { services } = await seeding(consul.serve).seed([other]);
        assert.deepEqual(services[0]?.kept, [{ key: 'edgex/large/Key3', value: 'mine', wanted: 'w3' }]);
        assertSeeded(consul, { ...other, keys: { ...other.keys, 'edgex/large/Key3': 'mine' } }, other);
        assert.equal((await seeding(consul.serve).seed([other])).writes, 0);
      });
    }
  });

  it('survives an answer that is lost after the commit', async () => {
    const consul = fakeConsul();
    let isLost = false;
    const { seed } = seeding(async (service, request) => {
      const answer = await consul.serve(service, request);
      if (request.path !== '/v1/txn' || isLost) return answer;
      isLost = true;
      throw new BootError({ exit: 'cluster', object: 'x', cause: 'socket hang up' });
    });
    const { services } = await seed([large]);
    assert.deepEqual(services[0]?.kept, []);
    assertSeeded(consul, large);
  });

  it('lets a person win who is faster, and goes on with the rest', async () => {
    const consul = fakeConsul();
    let isDone = false;
    const { seed } = seeding((service, request) => {
      if (request.path === '/v1/txn' && !isDone) {
        isDone = true;
        consul.set('edgex/small/Key3', 'mine');
      }
      return consul.serve(service, request);
    });
    const { services } = await seed([small]);
    assert.deepEqual(services, [
      { service: 'small', written: 4, kept: [{ key: 'edgex/small/Key3', value: 'mine', wanted: 'v3' }] },
    ]);
    assert.equal(consul.get('edgex/small/Key3'), 'mine');
  });

  it('gives up when somebody else writes each time, and names the key', async () => {
    const consul = fakeConsul();
    let times = 0;
    const { seed } = seeding((service, request) => {
      if (request.path === '/v1/txn') consul.set(ledgerKey('small'), String(times++));
      return consul.serve(service, request);
    });
    await assert.rejects(seed([small]), (error: BootError) => {
      assert.equal(error.details.exit, 'rollout');
      assert.equal(error.details.object, `key ${ledgerKey('small')}`);
      return true;
    });
    assert.equal(times, 3);
  });

  it('is not misled by a first read that shows a part of the keys', async () => {
    const consul = fakeConsul();
    await seeding(consul.serve).seed([small, large]);
    consul.set('edgex/small/Key1', 'mine');
    let reads = 0;
    const { seed, changes } = seeding((service, request) => {
      const isPartial = request.path.startsWith('/v1/kv/edgex/') && ++reads === 1;
      return isPartial ? { status: 404, body: '' } : consul.serve(service, request);
    });
    const { services } = await seed([small, large]);
    assert.deepEqual(
      services[0]?.kept.map(({ key }) => key),
      ['edgex/small/Key1'],
    );
    assert.equal(changes(), 0);
  });

  it('harms nothing even when every read shows a part of the keys', async () => {
    const consul = fakeConsul();
    await seeding(consul.serve).seed([small]);
    consul.set('edgex/small/Key1', 'mine');
    const { seed } = seeding((service, request) =>
      request.path.startsWith('/v1/kv/edgex/') ? { status: 404, body: '' } : consul.serve(service, request),
    );
    await assert.rejects(seed([small]), /somebody else writes it/);
    assert.equal(consul.get('edgex/small/Key1'), 'mine');
  });

  it('waits for the leader', async () => {
    const consul = fakeConsul();
    let asked = 0;
    const { seed } = seeding((service, request) => {
      if (request.path === '/v1/status/leader' && ++asked < 5) return { status: 200, body: '""' };
      return consul.serve(service, request);
    });
    await seed([small]);
    assert.equal(asked, 5);
    assertSeeded(consul, small);
  });
});

describe('the preview', () => {
  it('tells what would be written, and writes nothing', async () => {
    const consul = fakeConsul();
    const { preview, changes } = seeding(consul.serve);
    const [plan] = await preview([small]);
    assert.equal(plan?.operations.length, 6);
    assert.equal(changes(), 0);
    assert.deepEqual(consul.keys(), []);
  });
});
