import assert from 'node:assert/strict';
import { withNetworkClass } from '../lab/storage-class.ts';
import { install } from './boot.ts';
import { marksOf, readMarks, writeMarks } from './kept-data.ts';
import { allReady, smallWith } from './services.ts';
import { nodeUnready, type StorageFault, type Trial } from './storage-faults.ts';

/** What can be wrong with the storage of several nodes. */

export const nodeFaults: readonly StorageFault[] = [
  {
    what: 'two default classes',
    namespace: 'scn-defaults',
    code: 3,
    object: /^--storage auto$/,
    cause: /^the cluster has 2 default storage classes: scn-defaults-a, scn-defaults-b$/,
    hint: /^Name one: --storage class:scn-defaults-a or --storage class:scn-defaults-b\.$/,
    run: ({ lab, namespace, fails, succeeds }) => {
      const [a, b] = [`${namespace}-a`, `${namespace}-b`];
      return withNetworkClass(lab, { name: a, isDefault: true }, () =>
        withNetworkClass(lab, { name: b, isDefault: true }, async () => {
          await fails();
          const annotation = 'storageclass.kubernetes.io/is-default-class=false';
          await lab.kubectl(['annotate', 'storageclass', b, '--overwrite', annotation]);
          await succeeds();
        }),
      );
    },
  },
  {
    what: 'no class where one is asked for',
    namespace: 'scn-classless',
    code: 3,
    object: /^--storage class:scn-classless-fast$/,
    cause: /^the cluster has no storage class of this name$/,
    hint: /^(It has: |Did you mean )/,
    isSlow: true,
    run: async ({ lab, namespace, fails, succeeds }) => {
      const name = `${namespace}-fast`;
      await fails(`class:${name}`);
      await withNetworkClass(lab, { name }, () => succeeds(`class:${name}`));
    },
  },
  {
    what: 'a node with the data that has left the cluster',
    namespace: 'scn-left',
    code: 3,
    object: /^--storage auto$/,
    cause: /^the cluster no longer has the node with the data of namespace scn-left: local volumes in \S+ on node2$/,
    hint: /^Bring the node back\./,
    run: async (trial) => {
      const { lab, fails } = trial;
      await installOnSecond(trial);
      await lab.nodeKill('node2');
      await lab.kubectl(['delete', 'node', 'node2', '--timeout=30s']);
      await fails();
      await comesBack(trial);
    },
  },
  {
    what: 'a node with the data that does not answer',
    namespace: 'scn-silent',
    code: 4,
    object: /consul|redis|services/,
    cause: /node2|its node doesn't answer/,
    hint: /node/,
    isSlow: true,
    run: async (trial) => {
      const { lab, fails } = trial;
      await installOnSecond(trial);
      await lab.nodeKill('node2');
      await nodeUnready(lab, 'node2');
      await fails();
      await comesBack(trial);
    },
  },
];

/** The program takes a node that pods may start on. */
async function installOnSecond({ lab, namespace }: Trial): Promise<void> {
  await lab.kubectl(['cordon', 'node1']);
  try {
    await install(lab, namespace, ...smallWith('redis'));
  } finally {
    await lab.kubectl(['uncordon', 'node1']);
  }
  await writeMarks(lab, namespace);
}

async function comesBack({ lab, namespace, succeeds }: Trial): Promise<void> {
  await lab.nodeStart('node2');
  await succeeds(undefined, async () => {
    await allReady(lab, namespace);
    assert.deepEqual(await readMarks(lab, namespace), marksOf(namespace));
  });
}
