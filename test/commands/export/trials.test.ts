import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseExportOptions, trialsOf } from '../../../src/commands/export/trials.ts';
import type { Program } from '../../../src/commands/program.ts';
import { resolveOptions } from '../../../src/options/resolve.ts';
import { failureOf } from '../../support/failure.ts';

const program = { env: {}, secrets: new Set<string>() } as unknown as Program;

describe('options of a check of the export that is not asked for', () => {
  const open = (command: 'verify' | 'install', args: readonly string[], env = {}) => {
    const name = command === 'verify' ? '--mqtt' : '--mqtt-check';
    return trialsOf({ name, value: undefined }, resolveOptions(command, args, env), program);
  };

  it('are refused as flags, which would be of no effect', async () => {
    for (const flag of ['--mqtt-topic=a', '--mqtt-username=a', '--mqtt-ca=a', '--keep']) {
      const { object, exit, hint } = await failureOf(open('verify', [flag]));
      assert.deepEqual([object, exit], [flag.split('=')[0], 'usage']);
      assert.equal(hint, 'Add --mqtt, or leave it out.');
    }
    assert.match((await failureOf(open('install', ['--mqtt-topic', 'a']))).hint ?? '', /^Add --mqtt-check,/);
  });

  it('may stand where other runs find them', async () => {
    assert.equal(await open('verify', [], { EDGEX_BOOT_MQTT_TOPIC: 'a' }), undefined);
    assert.equal(await open('verify', []), undefined);
  });

  it('are refused before an installation', () => {
    assert.throws(() => refuseExportOptions(resolveOptions('verify', ['--mqtt', '--pre'], {}), ['mqtt']), {
      name: 'BootError',
    });
  });
});
