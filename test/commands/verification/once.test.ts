import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { once, readOnce } from '../../../src/commands/verification/once.ts';
import type { KubeClient } from '../../../src/kube/types.ts';

describe('what is read once', () => {
  it('is the same for whoever asks', async () => {
    let calls = 0;
    const read = once(async () => ++calls);
    assert.deepEqual(await Promise.all([read(), read()]), [1, 1]);
    assert.equal(await read(), 1);
  });

  it('fails for each who asks, and for nobody else', async () => {
    const read = once(() => Promise.reject(new Error('x')));
    read().catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(read(), /x/);
  });

  it('is a list, by all that makes it another one', async () => {
    const asked: unknown[] = [];
    const list: KubeClient['list'] = async (...question) => {
      asked.push(question);
      return [];
    };
    const kube = readOnce({ list } as KubeClient);
    await Promise.all([kube.list('v1', 'Pod', { namespace: 'a' }), kube.list('v1', 'Pod', { namespace: 'a' })]);
    await kube.list('v1', 'Pod', { namespace: 'b' });
    await kube.list('v1', 'Node');
    assert.equal(asked.length, 3);
  });
});
