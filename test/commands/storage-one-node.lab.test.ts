import type { Lab } from '../lab/lab.ts';
import { type NfsExport, withNfsExport } from '../lab/nfs-export.ts';
import { labTest } from '../lab/require.ts';
import { withLocalPathClass } from '../lab/storage-class.ts';
import { makeVolumes, removeScenario } from '../support/kept-data.ts';
import { begun, type StorageScenario, survive } from '../support/storage-scenarios.ts';

/** Data that are on one node outlive whatever is done to the services. */

/** By default one of each kind; `EDGEX_LAB_ALL=1` runs all of them. */
const isWhole = process.env.EDGEX_LAB_ALL === '1';

const bare: StorageScenario = {
  what: 'one node without a storage class',
  namespace: 'scn-bare',
  storage: [],
  place: /^local volumes in \/var\/lib\/edgex on node1 \(node1 is the only node/,
};

const scenarios = (lab: Lab, { url }: NfsExport): readonly StorageScenario[] => [
  {
    what: "one node, whose default class auto leaves alone, as k3s'",
    namespace: 'scn-k3s',
    storage: [],
    place: /^local volumes in \/var\/lib\/edgex on node1 /,
  },
  {
    what: 'the class of k3s, asked for, whose volumes would go with their claims',
    namespace: 'scn-class',
    storage: ['--storage', 'class:local-path'],
    place: /^storage class local-path \(asked for\)/,
  },
  {
    what: 'an NFS export',
    namespace: 'scn-nfs',
    storage: ['--storage', url],
    place: /^volumes on 10\.90\.0\.1:\/export\/scn-nfs \(asked for\)/,
  },
  {
    what: 'volumes that somebody made',
    namespace: 'scn-existing',
    storage: ['--storage', 'existing'],
    place: /^volumes that are there: scn-existing-by-hand-128mi, scn-existing-by-hand-512mi /,
    prepare: () => makeVolumes(lab, 'scn-existing', ['512Mi', '200Mi', '128Mi']),
  },
];

labTest('data on one node survive', async (lab, context) => {
  const first = await begun(lab, context, isWhole ? [bare] : []);
  await withNfsExport('scn-nfs', (made) =>
    withLocalPathClass(lab, { isDefault: true }, async () => {
      const all = scenarios(lab, made);
      try {
        await survive(lab, context, [...first, ...(await begun(lab, context, all))]);
      } finally {
        await Promise.all([bare, ...all].map(({ namespace }) => removeScenario(lab, namespace)));
      }
    }),
  );
});
