import { labTest } from '../lab/require.ts';
import { tryFault } from '../support/storage-faults.ts';
import { clusterFaults } from '../support/storage-faults-cluster.ts';
import { exportFaults } from '../support/storage-faults-export.ts';

/** Each fault of the storage has one cause, which is told, and when it is mended the next run goes through. */

/** By default what takes no waiting; `EDGEX_LAB_ALL=1` runs all of them. */
const isWhole = process.env.EDGEX_LAB_ALL === '1';
const only = process.env.EDGEX_LAB_ONLY;
/** Each brings a database, a registry and three services up in the end. */
const atOnce = 5;

labTest('faults of the storage are told apart, and a run after the repair goes through', async (lab, context) => {
  const all = [...exportFaults, ...clusterFaults];
  const chosen = all.filter(({ isSlow, namespace }) => (only ? namespace === only : isWhole || !isSlow));
  const left = [...chosen];
  const lane = async (): Promise<void> => {
    for (let fault = left.shift(); fault; fault = left.shift()) await tryFault(lab, context, fault);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
});
