import assert from 'node:assert/strict';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { eventCount, eventually, inNamespace, install, podStates } from '../support/boot.ts';
import { fujiPlan } from '../support/fuji.ts';

/**
 * What happens when nobody is there. `EDGEX_LAB_ROUNDS=20` repeats each of these as often as one wants to be sure.
 */
const rounds = Number(process.env.EDGEX_LAB_ROUNDS ?? 1);
const namespace = 'power-test';
const serviceCount = fujiPlan({ database: 'redis' }).services.length;

/** All pods of the installation are ready, and none of them is of those that were there before. */
async function allBack(lab: Lab, gone: ReadonlySet<string> = new Set()): Promise<void> {
  await eventually(
    'every pod is ready again',
    () => podStates(lab, namespace),
    (pods) => pods.filter(({ isReady, uid }) => isReady && !gone.has(uid)).length === serviceCount,
    120_000,
  );
}

async function eventsGoOn(lab: Lab): Promise<void> {
  const before = await eventually('core-data counts', () => eventCount(lab, namespace), Number.isInteger);
  await eventually(
    'events go on',
    () => eventCount(lab, namespace),
    (count) => count > before,
  );
}

async function restarts(lab: Lab): Promise<Readonly<Record<string, number>>> {
  const pods = await podStates(lab, namespace);
  return Object.fromEntries(pods.map(({ service, restarts: count }) => [service, count]));
}

labTest(`after all pods are deleted at once everything is back by itself, ${rounds} times`, (lab) =>
  inNamespace(lab, namespace, async () => {
    await install(lab, namespace, '--database', 'redis');
    for (let round = 0; round < rounds; round++) {
      const before = await podStates(lab, namespace);
      await lab.kubectl(['delete', 'pods', '--all', '-n', namespace, '--wait=false']);
      await allBack(lab, new Set(before.map(({ uid }) => uid)));
      await eventsGoOn(lab);
      const counts = Object.values(await restarts(lab));
      assert.deepEqual(counts, Array(serviceCount).fill(0), `round ${round}: a container ended and began again`);
    }
  }),
);

labTest(`after a power cut everything is back by itself, ${rounds} times`, (lab) =>
  inNamespace(lab, namespace, async () => {
    const [node = ''] = lab.nodes;
    await install(lab, namespace, '--database', 'redis');
    for (let round = 0; round < rounds; round++) {
      const before = await podStates(lab, namespace);
      await lab.nodeKill(node);
      const cutAt = new Date().toISOString();
      await lab.nodeStart(node);
      await eventually(
        'every pod has started again and is ready',
        () => podStates(lab, namespace),
        (pods) => pods.filter(({ isReady, startedAt }) => isReady && startedAt > cutAt).length === serviceCount,
        120_000,
      );
      await eventsGoOn(lab);
      // The power cut itself counts as one restart of each container; more would be a service that met no needs.
      const expected = Object.fromEntries(before.map(({ service, restarts: count }) => [service, count + 1]));
      assert.deepEqual(await restarts(lab), expected, `round ${round}: a container ended once more`);
    }
  }),
);
