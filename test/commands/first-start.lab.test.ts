import assert from 'node:assert/strict';
import { labTest } from '../lab/require.ts';
import { eventCount, eventually, inNamespace, install } from '../support/boot.ts';
import { fuji } from '../support/fuji.ts';

/** As in power.lab.test.ts. */
const rounds = Number(process.env.EDGEX_LAB_ROUNDS ?? 2);
const namespace = 'first-start-test';
const devices = Object.values(fuji().services).flatMap((row) => Object.keys(row.devices ?? {}));

labTest(`a first start ends with events from every device, ${rounds} times`, async (lab) => {
  assert.equal(devices.length, 4);
  for (let round = 0; round < rounds; round++) {
    await inNamespace(lab, namespace, async () => {
      await install(lab, namespace, '--database', round % 2 === 0 ? 'redis' : 'mongo');
      for (const device of devices) {
        // The slowest one sends every 30 s.
        await eventually(
          `round ${round}: ${device} sends`,
          () => eventCount(lab, namespace, device),
          (count) => count > 0,
          45_000,
        );
      }
    });
  }
});
