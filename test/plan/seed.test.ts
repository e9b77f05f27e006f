import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  configurationDigest,
  type KeyOperation,
  ledgerKey,
  openLedger,
  planSeed,
  type SeedPlan,
  type Stored,
  type StoredValue,
  seedPrefixes,
} from '../../src/plan/seed.ts';

const service = 'thermostat';
const key = 'edgex/thermostat/Level';

/** A registry in memory that holds operations to their check-and-set, as Consul does. */
function registry(initial: Readonly<Record<string, string>> = {}) {
  const stored = new Map<string, StoredValue>();
  let index = 100;
  const set = (name: string, value: string): void => {
    stored.set(name, { value, modifyIndex: ++index });
  };
  for (const [name, value] of Object.entries(initial)) set(name, value);
  return {
    stored: stored as Stored,
    set,
    remove: (name: string) => stored.delete(name),
    commit: (operations: readonly KeyOperation[]) => {
      for (const operation of operations) {
        assert.equal(stored.get(operation.key)?.modifyIndex ?? 0, operation.index, `index of ${operation.key}`);
        if (operation.verb === 'write') set(operation.key, operation.value);
        else stored.delete(operation.key);
      }
    },
    values: () =>
      Object.fromEntries(
        [...stored].filter(([name]) => name !== ledgerKey(service)).map(([name, { value }]) => [name, value]),
      ),
  };
}

function plan(keys: Readonly<Record<string, string>>, stored: Stored): SeedPlan {
  return planSeed({ service, keys }, stored, 'fuji');
}

/** The keys' operations, without the ledger. */
function changes({ operations }: SeedPlan): readonly string[] {
  return operations
    .filter((operation) => operation.key !== ledgerKey(service))
    .map(({ verb, key }) => `${verb} ${key}`);
}

describe('the three-way merge of one key', () => {
  const rows: readonly {
    readonly when: string;
    readonly base?: string;
    readonly there?: string;
    readonly wanted?: string;
    readonly expected: readonly string[];
    readonly kept?: true;
  }[] = [
    { when: 'nothing is there at the first contact', wanted: 'a', expected: [`write ${key}`] },
    { when: 'the wanted value is there at the first contact', there: 'a', wanted: 'a', expected: [] },
    { when: 'another value is there at the first contact', there: 'p', wanted: 'a', expected: [], kept: true },
    { when: 'nothing has changed', base: 'a', there: 'a', wanted: 'a', expected: [] },
    { when: 'the release has changed', base: 'a', there: 'a', wanted: 'b', expected: [`write ${key}`] },
    { when: 'a person has changed it', base: 'a', there: 'p', wanted: 'a', expected: [], kept: true },
    { when: 'both have changed it', base: 'a', there: 'p', wanted: 'b', expected: [], kept: true },
    { when: 'both have changed it to the same', base: 'a', there: 'b', wanted: 'b', expected: [] },
    { when: 'a person has emptied it', base: 'a', there: '', wanted: 'a', expected: [], kept: true },
    { when: 'the release wants it empty', base: 'a', there: 'a', wanted: '', expected: [`write ${key}`] },
    { when: 'it was lost', base: 'a', wanted: 'a', expected: [`write ${key}`] },
    { when: 'it is wanted no more', base: 'a', there: 'a', expected: [`delete ${key}`] },
    { when: 'it is wanted no more, and a person has changed it', base: 'a', there: 'p', expected: [], kept: true },
    { when: 'it is wanted no more, and gone', base: 'a', expected: [] },
    { when: 'it is nobody of ours', there: 'p', expected: [] },
  ];
  for (const { when, base, there, wanted, expected, kept } of rows) {
    it(`${when}: ${expected.join() || (kept ? 'keep' : 'nothing')}`, () => {
      const { stored, set, remove, commit } = registry();
      if (base !== undefined) commit(plan({ [key]: base }, stored).operations);
      remove(key);
      if (there !== undefined) set(key, there);
      const result = plan(wanted === undefined ? {} : { [key]: wanted }, stored);
      assert.deepEqual(changes(result), expected);
      assert.deepEqual(result.kept, kept ? [{ key, value: there, ...(wanted === undefined ? {} : { wanted }) }] : []);
    });
  }

  it('takes a key back when the person puts our value back', () => {
    const { stored, set, commit } = registry();
    commit(plan({ [key]: 'a' }, stored).operations);
    set(key, 'p');
    commit(plan({ [key]: 'b' }, stored).operations);
    set(key, 'a');
    assert.deepEqual(changes(plan({ [key]: 'b' }, stored)), [`write ${key}`]);
  });

  it("tells of a kept key that is wanted no more once, since it is the person's from then on", () => {
    const { stored, set, commit } = registry();
    commit(plan({ [key]: 'a' }, stored).operations);
    set(key, 'p');
    const first = plan({}, stored);
    commit(first.operations);
    assert.deepEqual(first.kept, [{ key, value: 'p' }]);
    assert.deepEqual(plan({}, stored), { service, operations: [], kept: [] });
  });

  for (const garbage of ['', 'null', '[]', '"x"', '{"keys":null}', '{"keys":{"edgex/thermostat/Level":5}}', '{"keys']) {
    it(`takes nothing for its own with the ledger ${JSON.stringify(garbage)}`, () => {
      const { stored } = registry({ [key]: 'p', [ledgerKey(service)]: garbage });
      const result = plan({ [key]: 'a' }, stored);
      assert.deepEqual(result.kept, [{ key, value: 'p', wanted: 'a' }]);
      assert.deepEqual(
        result.operations.map((operation) => operation.index),
        [102],
      );
    });
  }
});

describe('any sequence of releases and people', () => {
  const keys = ['a', 'b', 'c', 'd'];
  const values = ['', '0', '1', '2'];

  it("ends with every person's value kept, every other as wanted, and nothing left to do", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = pseudoRandom(seed);
      const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
      const { stored, set, remove, commit, values: present } = registry();
      const byPeople = new Set<string>();
      for (let step = 0; step < 6; step++) {
        const wanted = Object.fromEntries(keys.filter(() => random() < 0.7).map((name) => [name, pick(values)]));
        const before = present();
        const result = plan(wanted, stored);
        const told = Object.fromEntries(result.kept.map(({ key: name, value }) => [name, value]));
        commit(result.operations);
        for (const name of Object.keys(told)) assert.ok(byPeople.has(name), `kept ${name} without reason in ${seed}`);

        const after = present();
        for (const name of keys) {
          if (name in told) assert.equal(after[name], before[name], `kept ${name} in ${seed}`);
          else if (name in wanted) assert.equal(after[name], wanted[name], `wanted ${name} in ${seed}`);
        }
        assert.deepEqual(plan(wanted, stored).operations, [], `second run in ${seed}`);

        const touched = pick(keys);
        if (random() < 0.3) remove(touched);
        else if (random() < 0.5) {
          set(touched, 'person');
          byPeople.add(touched);
          const next = plan({ ...wanted, [touched]: pick(values) }, stored);
          assert.ok(!changes(next).some((change) => change.endsWith(` ${touched}`)), `person's ${touched} in ${seed}`);
        }
      }
    }
  });
});

describe('runs that are killed anywhere, each with other wishes', () => {
  const keys = ['a', 'b', 'c', 'd'];

  it("leave nothing that a later one takes for a person's, and no digest before all is there", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = pseudoRandom(seed);
      const { stored, commit, values } = registry();
      for (let step = 0; step < 6; step++) {
        const wished = keys.filter(() => random() < 0.7).map((name) => [name, String(Math.floor(random() * 4))]);
        const wanted: Readonly<Record<string, string>> = Object.fromEntries(wished);
        const opening = openLedger(plan(wanted, stored), stored);
        if (opening) commit([opening]);
        const { operations, kept } = plan(wanted, stored);
        assert.deepEqual(kept, [], `kept in ${seed}`);
        commit(operations.slice(0, Math.floor(random() * (operations.length + 1))));
        const isVouchedFor = stored.get(ledgerKey(service))?.value.includes(configurationDigest(wanted)) ?? false;
        if (isVouchedFor) assert.deepEqual(values(), wanted, `in ${seed}`);
      }
    }
  });
});

describe('the ledger before several transactions', () => {
  it('knows what is about to be written and what was there, and vouches for nothing', () => {
    const { stored, commit } = registry();
    commit(plan({ [key]: 'a' }, stored).operations);
    const seed = plan({ [key]: 'b' }, stored);
    const opening = openLedger(seed, stored);
    assert.ok(opening?.verb === 'write' && opening.key === ledgerKey(service));
    const { configuration, keys } = JSON.parse(opening.value);
    assert.equal(configuration, '');
    assert.equal(keys[key].split(' ').length, 2);
    commit([opening]);
    assert.equal(openLedger(plan({ [key]: 'b' }, stored), stored), undefined, 'once is enough');
  });

  it('is none where nothing is to be recorded', () => {
    const { stored, commit, remove } = registry();
    commit(plan({ [key]: 'a' }, stored).operations);
    remove(key);
    const lost = plan({ [key]: 'a' }, stored);
    assert.equal(changes(lost).length, 1);
    assert.equal(openLedger(lost, stored), undefined);
  });
});

describe('the ledger', () => {
  it('is committed last, with the digest of what was wanted, even when something was kept', () => {
    const { stored } = registry({ 'x/b': 'p' });
    const wanted = { 'x/a': '1', 'x/b': '2' };
    const last = plan(wanted, stored).operations.at(-1);
    assert.equal(last?.key, ledgerKey(service));
    assert.ok(last?.verb === 'write' && last.value.includes(configurationDigest(wanted)));
  });

  it('is written by itself where the keys are there already', () => {
    const { stored } = registry({ [key]: 'a' });
    assert.deepEqual(
      plan({ [key]: 'a' }, stored).operations.map((operation) => operation.key),
      [ledgerKey(service)],
    );
  });

  it('is read with the keys', () => {
    const prefixes = seedPrefixes([{ service, keys: { 'edgex/a/b': '', 'config/x': '', 'edgex/c': '' } }]);
    assert.ok(prefixes.some((prefix) => ledgerKey(service).startsWith(prefix)));
    assert.deepEqual(
      prefixes.filter((prefix) => !ledgerKey(service).startsWith(prefix)),
      ['edgex/', 'config/'],
    );
  });
});

describe('the digest of a configuration', () => {
  it('depends on the keys and values only, not on their order', () => {
    assert.equal(configurationDigest({ a: '1', b: '2' }), configurationDigest({ b: '2', a: '1' }));
    assert.match(configurationDigest({}), /^[0-9a-f]{16}$/);
  });

  it('tells apart what differs in any way', () => {
    const sets = [{}, { a: '' }, { a: '1' }, { a: '2' }, { b: '1' }, { a: '1', b: '' }, { a: '1,b' }, { ab: '1' }];
    assert.equal(new Set(sets.map(configurationDigest)).size, sets.length);
  });
});

/** Numbers from 0 to 1 that depend on the seed alone, so that a failure can be repeated (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
