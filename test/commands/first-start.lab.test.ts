import assert from 'node:assert/strict';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { eventCount, eventually, inNamespace, install } from '../support/boot.ts';
import { fuji } from '../support/fuji.ts';

/** As in power.lab.test.ts. */
const rounds = Number(process.env.EDGEX_LAB_ROUNDS ?? 2);
/** Several at once, so that none has the machine for itself: a first start that is in a hurry goes well more easily. */
const atOnce = 3;
const devices = Object.values(fuji().services).flatMap((row) => Object.keys(row.devices ?? {}));

async function firstStart(lab: Lab, round: number): Promise<void> {
  const namespace = `first-start-test-${round}`;
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

labTest(`a first start ends with events from every device, ${rounds} times`, async (lab) => {
  assert.equal(devices.length, 4);
  for (let round = 0; round < rounds; round += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, rounds - round) }, (_, index) => round + index);
    await Promise.all(numbers.map((number) => firstStart(lab, number)));
  }
});
