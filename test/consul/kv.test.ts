import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { consulStore } from '../../src/consul/kv.ts';
import { batches, encodeBatch } from '../../src/consul/transaction.ts';
import type { HttpAnswer } from '../../src/kube/types.ts';
import type { KeyOperation } from '../../src/plan/seed.ts';
import { fakeConsul, fakeReach, patience, registry, type Serve } from './fakes.ts';

function write(key: string, value = 'x', index = 0): KeyOperation {
  return { verb: 'write', key, index, value };
}

function writes(count: number, value = 'x'): readonly KeyOperation[] {
  return Array.from({ length: count }, (_, number) => write(`k/${String(number).padStart(3, '0')}`, value));
}

/** Gives the answers first, one after another, then serves. */
function after(answers: readonly (HttpAnswer | Error)[], serve: Serve): Serve {
  const left = [...answers];
  return (service, request) => {
    const next = left.shift();
    if (next instanceof Error) throw next;
    return next ?? serve(service, request);
  };
}

const noLeader: HttpAnswer = { status: 500, body: 'No cluster leader' };
const refused = new BootError({ exit: 'cluster', object: 'http://registry:8500', cause: 'connect ECONNREFUSED' });
const noEndpoint: HttpAnswer = {
  status: 503,
  body: '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no endpoints available for service"}',
};
const denied: HttpAnswer = {
  status: 403,
  body: '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"services \\"registry\\" is forbidden"}',
};

describe('waiting for the leader', () => {
  const passing: readonly [string, HttpAnswer | Error][] = [
    ['nothing listens', refused],
    ['the Service has no endpoint', noEndpoint],
    ['the Service is not there yet', { ...noEndpoint, status: 404 }],
    ['there is none', { status: 200, body: '""' }],
    ['Consul is busy', { status: 429, body: '' }],
    ['Consul says so', noLeader],
    ['the answer is cut', { status: 200, body: '"127.' }],
  ];
  for (const [when, answer] of passing) {
    it(`goes on while ${when}`, async () => {
      const store = consulStore(fakeReach(after([answer, answer], fakeConsul().serve)), registry, patience());
      assert.equal(await store.leader(), '127.0.0.1:8300');
    });
  }

  it('tells the last reason when the patience is over', async () => {
    const store = consulStore(
      fakeReach(() => noLeader),
      registry,
      patience(),
    );
    await assert.rejects(store.leader(), (error: BootError) => {
      assert.equal(error.details.exit, 'timeout');
      assert.equal(error.details.object, 'http://registry:8500/v1/status/leader');
      assert.match(error.details.cause, /No cluster leader/);
      return true;
    });
  });

  it('ends at once when the API server denies the way', async () => {
    const reach = fakeReach(() => denied);
    const store = consulStore(reach, registry, patience());
    await assert.rejects(store.leader(), (error: BootError) => {
      assert.equal(error.details.exit, 'cluster');
      assert.match(error.details.cause, /forbidden/);
      return true;
    });
    assert.equal(reach.calls.length, 1);
  });

  it('ends at once when it is interrupted', async () => {
    const reach = fakeReach(() => noLeader);
    const signal = AbortSignal.abort(new Error('SIGINT'));
    await assert.rejects(consulStore(reach, registry, { ...patience(), signal }).leader(), /SIGINT/);
  });
});

describe('reading', () => {
  it('decodes values, an empty one too', async () => {
    const consul = fakeConsul({ 'a/empty': '', 'a/text': 'grün', 'b/other': '1' });
    const stored = await consulStore(fakeReach(consul.serve), registry, patience()).read('a/');
    assert.deepEqual(
      [...stored].map(([key, { value }]) => [key, value]),
      [
        ['a/empty', ''],
        ['a/text', 'grün'],
      ],
    );
  });

  it('takes nothing there for empty', async () => {
    const store = consulStore(fakeReach(fakeConsul().serve), registry, patience());
    assert.equal((await store.read('a/')).size, 0);
  });

  it("doesn't take the API server's 404 for empty", async () => {
    const serve = after([{ ...noEndpoint, status: 404 }], fakeConsul({ 'a/b': '1' }).serve);
    assert.equal((await consulStore(fakeReach(serve), registry, patience()).read('a/')).size, 1);
  });

  it('asks the leader, with the key escaped', async () => {
    const reach = fakeReach(fakeConsul().serve);
    await consulStore(reach, registry, patience()).read('config/engine;docker/');
    assert.deepEqual(reach.calls, ['GET registry /v1/kv/config/engine%3Bdocker/?recurse&consistent']);
  });

  it('reads again when the answer is cut', async () => {
    const serve = after([{ status: 200, body: '[{"Key":"a/b","Val' }], fakeConsul({ 'a/b': '1' }).serve);
    assert.equal((await consulStore(fakeReach(serve), registry, patience()).read('a/')).get('a/b')?.value, '1');
  });
});

describe('committing', () => {
  it('keeps 64 operations in one transaction', async () => {
    const reach = fakeReach(fakeConsul().serve);
    const result = await consulStore(reach, registry, patience()).commit(writes(64));
    assert.deepEqual(result, { committed: 64 });
    assert.equal(reach.calls.length, 1);
  });

  it('sends nothing for nothing', async () => {
    const reach = fakeReach(fakeConsul().serve);
    assert.deepEqual(await consulStore(reach, registry, patience()).commit([]), { committed: 0 });
    assert.equal(reach.calls.length, 0);
  });

  it('stores in the given order, so that the last operation is stored last', async () => {
    const consul = fakeConsul();
    await consulStore(fakeReach(consul.serve), registry, patience()).commit(writes(133));
    assert.deepEqual(
      consul.keys(),
      writes(133).map(({ key }) => key),
    );
  });

  it('stops at a conflict, and names the key', async () => {
    const consul = fakeConsul({ 'k/070': 'theirs' });
    const result = await consulStore(fakeReach(consul.serve), registry, patience()).commit(writes(133));
    assert.deepEqual(result, { committed: 64, conflict: { key: 'k/070', cause: 'index is stale' } });
    assert.equal(consul.get('k/128'), undefined);
    assert.equal(consul.get('k/070'), 'theirs');
  });

  it('waits while there is no leader', async () => {
    const serve = after([noLeader, refused], fakeConsul().serve);
    const result = await consulStore(fakeReach(serve), registry, patience()).commit(writes(3));
    assert.deepEqual(result, { committed: 3 });
  });

  for (const limit of [1, 2, 7, 63]) {
    it(`halves until Consul accepts, here ${limit} operations`, async () => {
      const consul = fakeConsul();
      const reach = fakeReach((service, request) =>
        request.path === '/v1/txn' && JSON.parse(request.body ?? '').length > limit
          ? { status: 413, body: 'Request body too large' }
          : consul.serve(service, request),
      );
      assert.deepEqual(await consulStore(reach, registry, patience()).commit(writes(70)), { committed: 70 });
      assert.deepEqual(
        consul.keys(),
        writes(70).map(({ key }) => key),
      );
    });
  }

  it('names the key whose value is too large for Consul', async () => {
    const reach = fakeReach(() => ({ status: 413, body: 'Value is too large' }));
    await assert.rejects(consulStore(reach, registry, patience()).commit(writes(1)), (error: BootError) => {
      assert.equal(error.details.object, 'key k/000');
      assert.match(error.details.cause, /too large/);
      return true;
    });
  });

  it('ends at once when Consul finds the request wrong', async () => {
    const reach = fakeReach(() => ({ status: 400, body: 'Failed to parse body' }));
    await assert.rejects(consulStore(reach, registry, patience()).commit(writes(1)), /Failed to parse body/);
    assert.equal(reach.calls.length, 1);
  });
});

describe('deleting a folder', () => {
  it('deletes what is in it, and nothing else', async () => {
    const consul = fakeConsul({ 'a/b/c': '', 'a/b/d': '', 'a/bc': '', z: '' });
    await consulStore(fakeReach(consul.serve), registry, patience()).deleteFolder('a/b/');
    assert.deepEqual(consul.keys(), ['a/bc', 'z']);
  });

  for (const prefix of ['', '/', 'a', 'a/b']) {
    it(`refuses ${JSON.stringify(prefix)}`, () => {
      const reach = fakeReach(fakeConsul().serve);
      assert.throws(() => consulStore(reach, registry, patience()).deleteFolder(prefix), /not a folder/);
      assert.equal(reach.calls.length, 0);
    });
  }
});

describe('splitting into transactions', () => {
  it('loses nothing, keeps the order and both limits', () => {
    for (const value of ['', 'x'.repeat(2_000), 'x'.repeat(50_000), 'ü'.repeat(150_000)]) {
      for (const count of [0, 1, 63, 64, 65, 133, 200]) {
        const operations = writes(count, value);
        const result = batches(operations);
        assert.deepEqual(result.flat(), operations);
        for (const batch of result) {
          assert.ok(batch.length > 0 && batch.length <= 64);
          assert.ok(batch.length === 1 || Buffer.byteLength(encodeBatch(batch)) <= 400 * 1024 + 2);
        }
      }
    }
  });
});
