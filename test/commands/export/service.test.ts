import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compareSettings } from '../../../src/commands/export/service.ts';
import { targetOf } from '../../../src/verify/export-settings.ts';
import { fuji } from '../../support/fuji.ts';

it('the way to put a setting right takes back nothing that was installed with other options', () => {
  const [name, row] = Object.entries(fuji().services).find(([, { exports }]) => exports) ?? [];
  assert.ok(name && row?.exports);
  const running = targetOf({ host: 'broker', port: 1883, isTls: false }, 'topic', {});
  const { remedy } = compareSettings(
    { name, row, exports: row.exports },
    running,
    { options: { Topic: 'other' } },
    'mill',
  );
  assert.match(
    remedy,
    /^Put it into Consul\. Run install again with the same options \(--namespace mill\) and --with mqtt-export --set mqtt-export\/\S+\/Topic=other$/,
  );
});
