import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../../src/base/errors.ts';
import type { BootEvent } from '../../../src/base/events.ts';
import type { KubeObject } from '../../../src/base/kube-types.ts';
import { openRecord } from '../../../src/commands/verification/record.ts';
import { resolveOptions } from '../../../src/options/resolve.ts';

/** What is recorded, and told, of verdicts one after another. */
async function recorded(args: readonly string[], verdicts: readonly ('passed' | 'failed')[], error?: BootError) {
  const patches: string[] = [];
  const told: BootEvent[] = [];
  const patch = async (_ref: object, change: object): Promise<KubeObject> => {
    patches.push(JSON.stringify(change).match(/(passed|failed) [^"]*/)?.[0] ?? '');
    if (error) throw error;
    return change as KubeObject;
  };
  const raw = async () => ({ status: 200, body: '', dateMs: Date.parse('2026-06-01T12:00:00Z') });
  const context = { kube: { patch, raw }, namespace: 'edgex', emit: (event: BootEvent) => void told.push(event) };
  const record = openRecord(resolveOptions('verify', args, {}), context);
  for (const verdict of verdicts) await record({ verdict, startedMs: 0, elapsedMs: 1_000 });
  return {
    patches: patches.map((patch) => patch.split(' ')[0]),
    dates: patches.map((patch) => patch.split(' ')[1]),
    told: told.map((event) => ('message' in event ? event.message : event.type)),
  };
}

describe('the record of verdicts', () => {
  it('is written where it is wanted', async () => {
    assert.deepEqual((await recorded([], ['passed'])).patches, []);
    assert.deepEqual((await recorded(['--record'], ['failed'])).patches, ['failed']);
  });

  it('has the date of the cluster, whatever this machine takes for now', async () => {
    assert.deepEqual((await recorded(['--record'], ['passed'])).dates, ['2026-06-01T12:00:00.000Z']);
  });

  it('of a watch is written whenever the verdict is another one', async () => {
    const { patches } = await recorded(['--record', '--watch'], ['passed', 'passed', 'failed', 'failed', 'passed']);
    assert.deepEqual(patches, ['passed', 'failed', 'passed']);
  });

  it('is left as it is by what looks at a part, which is told to whoever asked for it', async () => {
    for (const part of [['--only', 'machine'], ['--skip', 'events-rate'], ['--pre']]) {
      const { patches, told } = await recorded(['--record', ...part], ['passed']);
      assert.deepEqual([patches, told], [[], ['the verdict of a part of the checks is not recorded']]);
    }
  });

  it('that cannot be written is no finding', async () => {
    const { told } = await recorded(
      ['--record'],
      ['passed'],
      new BootError({ exit: 'cluster', object: 'x', cause: 'forbidden' }),
    );
    assert.deepEqual(told, ['the verdict could not be recorded: forbidden']);
    const refused = new BootError({ exit: 'cluster', object: 'x', cause: 'no answer' });
    const { patches } = await recorded(['--record', '--watch'], ['failed', 'failed'], refused);
    assert.deepEqual(patches, ['failed', 'failed'], 'the next time it is tried again');
  });
});
