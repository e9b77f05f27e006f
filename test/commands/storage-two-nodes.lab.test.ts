import type { TestContext } from 'node:test';
import type { Lab } from '../lab/lab.ts';
import { type NfsExport, withNfsExport } from '../lab/nfs-export.ts';
import { labTest } from '../lab/require.ts';
import { withSecondNode } from '../lab/second-node.ts';
import { withLocalPathClass, withNetworkClass } from '../lab/storage-class.ts';
import { removeScenario } from '../support/kept-data.ts';
import { tryFault } from '../support/storage-faults.ts';
import { nodeFaults } from '../support/storage-faults-nodes.ts';
import { begun, type StorageScenario, survive } from '../support/storage-scenarios.ts';

/** The same on two nodes, where the data can be on another node than a service; and what can be wrong there alone. */

/** By default one of each kind; `EDGEX_LAB_ALL=1` runs all of them. */
const isWhole = process.env.EDGEX_LAB_ALL === '1';

const bare: StorageScenario = {
  what: 'two nodes without a storage class',
  namespace: 'scn-two',
  storage: [],
  place: /^local volumes in \/var\/lib\/edgex on node\d \(node\d has the most room of 2 nodes/,
};

const network: StorageScenario = {
  what: 'two nodes with a class that both reach',
  namespace: 'scn-network',
  storage: [],
  place: /^storage class nfs-client \(the cluster's default class, and every node reaches its volumes\)$/,
};

const named = ({ url }: NfsExport): readonly StorageScenario[] => [
  {
    what: 'an NFS export for two nodes',
    namespace: 'scn-two-nfs',
    storage: ['--storage', url],
    place: /^volumes on 10\.90\.0\.1:\/export\/scn-two-nfs \(asked for\)$/,
  },
  {
    what: 'the class of k3s on two nodes',
    namespace: 'scn-two-class',
    storage: ['--storage', 'class:local-path'],
    place: /^storage class local-path \(asked for\)$/,
  },
];

labTest('two nodes', (lab, context) =>
  withSecondNode(lab, async () => {
    await dataSurvive(lab, context);
    for (const fault of nodeFaults) if (isWhole || !fault.isSlow) await tryFault(lab, context, fault);
  }),
);

function dataSurvive(lab: Lab, context: TestContext): Promise<void> {
  return withNfsExport('scn-two-nfs', async (made) => {
    // Before there is a class, which auto would take.
    const first = await begun(lab, context, [bare]);
    await withLocalPathClass(lab, {}, () =>
      withNetworkClass(lab, { isDefault: true }, async () => {
        const others = [network, ...(isWhole ? named(made) : [])];
        try {
          await survive(lab, context, [...first, ...(await begun(lab, context, others))]);
        } finally {
          await Promise.all([bare, ...others].map(({ namespace }) => removeScenario(lab, namespace)));
        }
      }),
    );
  });
}
