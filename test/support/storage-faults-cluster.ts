import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownerFile } from '../../src/apply/volume-scripts.ts';
import { withNfsExport } from '../lab/nfs-export.ts';
import { nodeDisk } from '../lab/places.ts';
import { withLocalPathClass } from '../lab/storage-class.ts';
import { boot, install } from './boot.ts';
import { makeVolumes, volumePhase } from './kept-data.ts';
import { smallWith } from './services.ts';
import type { StorageFault, Trial } from './storage-faults.ts';

/** What can be wrong with what the cluster offers, on one node. */

export const clusterFaults: readonly StorageFault[] = [
  {
    what: 'volumes that are too small',
    namespace: 'scn-too-small',
    code: 3,
    object: /^--storage existing$/,
    cause: /^no volume is free for redis-data \(512Mi\)$/,
    hint: /^Make volumes that are large enough/,
    run: async ({ lab, namespace, fails, succeeds }) => {
      await makeVolumes(lab, namespace, ['128Mi'], { claimRef: claim(namespace, 'consul-data') });
      await makeVolumes(lab, namespace, ['511Mi'], { claimRef: claim(namespace, 'redis-data') });
      await fails('existing');
      await makeVolumes(lab, namespace, ['1Gi'], { claimRef: claim(namespace, 'redis-data') });
      await succeeds('existing');
    },
  },
  {
    what: 'a volume that was released by another owner',
    namespace: 'scn-released',
    code: 3,
    object: /^--storage existing$/,
    cause: /^no volume is free for consul-data \(128Mi\), redis-data \(512Mi\)$/,
    hint: /^Make volumes that are large enough/,
    run: async ({ lab, namespace, fails, succeeds }) => {
      const former = { claimRef: formerClaim(namespace), phase: 'Released' };
      await makeVolumes(lab, namespace, ['513Mi', '514Mi'], former);
      await fails('existing');
      await makeVolumes(lab, namespace, ['128Mi'], { claimRef: claim(namespace, 'consul-data') });
      await makeVolumes(lab, namespace, ['512Mi'], { claimRef: claim(namespace, 'redis-data') });
      await succeeds('existing');
    },
  },
  {
    what: 'a disk that is not mounted any more',
    namespace: 'scn-unmounted',
    code: 4,
    object: /^volumes consul-data, redis-data$/,
    cause: /^the directory of a volume that was in use is missing: \/var\/lib\/edgex\/scn-unmounted\/consul-data; /,
    hint: /^Is everything mounted on node node1\?/,
    isSlow: true,
    run: async ({ lab, namespace, fails, succeeds }) => {
      await install(lab, namespace, ...smallWith('redis'));
      const { code, stdout } = await boot(lab, ['uninstall', '--namespace', namespace]);
      if (code !== 0) throw new Error(stdout);
      const directory = join(nodeDisk('node1'), 'var/lib/edgex', namespace);
      await rename(directory, `${directory}-aside`);
      await fails();
      // Nothing came to stand in its place.
      await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await rename(`${directory}-aside`, directory);
      await succeeds();
    },
  },
  {
    what: "an export with another cluster's data",
    namespace: 'scn-taken',
    code: 4,
    object: /^10\.90\.0\.1:\/export\/scn-taken$/,
    cause:
      /^another cluster \(1111-a\) has its data in 10\.90\.0\.1:\/export\/scn-taken, in \/export\/scn-taken\/scn-taken$/,
    hint: /another --namespace or another export/,
    run: ({ namespace, fails, succeeds }) =>
      withNfsExport(namespace, async ({ url, directory }) => {
        const owner = join(directory, namespace, ownerFile);
        await mkdir(dirname(owner));
        await writeFile(owner, '1111-a\n');
        await fails(url);
        await rm(owner);
        await succeeds(url);
      }),
  },
  {
    what: 'a volume of another owner with the name of ours',
    namespace: 'scn-volume',
    code: 3,
    object: /^persistentvolume\/edgex-scn-volume-redis-data$/,
    cause: /^made by somebody else, under a name that the installation needs; nothing was changed$/,
    hint: /only when nobody needs its data/,
    isSlow: true,
    run: async ({ lab, namespace, fails, succeeds }) => {
      const name = `edgex-${namespace}-redis-data`;
      const spec = {
        capacity: { storage: '512Mi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        hostPath: { path: `/var/lib/edgex/${namespace}/other` },
        claimRef: formerClaim(namespace),
      };
      const foreign = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec };
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(foreign));
      await volumePhase(lab, name, 'Released');
      const version = () => lab.kubectl(['get', 'pv', name, '-o', 'jsonpath={.metadata.resourceVersion}']);
      const before = await version();
      try {
        await fails();
        if ((await version()) !== before) throw new Error('the volume of another owner was changed');
      } finally {
        await lab.kubectl(['delete', 'pv', name]);
      }
      await succeeds();
    },
  },
  {
    what: 'a claim of another owner with the name of ours',
    namespace: 'scn-claim',
    code: 3,
    object: /^persistentvolumeclaim\/redis-data\b/,
    cause: /^made by somebody else, under a name that the installation needs; nothing was changed$/,
    hint: /only when nobody needs its data/,
    run: async ({ lab, namespace, fails, succeeds }) => {
      const foreign = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'redis-data', namespace },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: '',
          resources: { requests: { storage: '1Mi' } },
        },
      };
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(foreign));
      await fails();
      await lab.kubectl(['delete', 'pvc', 'redis-data', '-n', namespace, '--timeout=30s']);
      await succeeds();
    },
  },
  {
    what: 'a class that is not there',
    namespace: 'scn-no-class',
    code: 3,
    object: /^--storage class:scn-no-class-fast$/,
    cause: /^the cluster has no storage class of this name$/,
    hint: /^(It has: |Did you mean )/,
    isSlow: true,
    run: async ({ lab, namespace, fails, succeeds }) => {
      const name = `${namespace}-fast`;
      await fails(`class:${name}`);
      await withLocalPathClass(lab, { name }, () => succeeds(`class:${name}`));
    },
  },
  {
    what: 'a provisioner that is down',
    namespace: 'scn-provisioner',
    code: 4,
    object: /^pod\/edgex-boot-probe-/,
    cause: /nobody makes the volume of claim \S+; its provisioner may be down/,
    hint: /^Look whether the pods of this provisioner run/,
    isSlow: true,
    run: ({ lab, namespace, fails, succeeds }: Trial) => {
      const name = `${namespace}-class`;
      return withLocalPathClass(lab, { name, isServed: false }, async ({ serve }) => {
        await fails(`class:${name}`);
        serve();
        await succeeds(`class:${name}`);
      });
    },
  },
];

/** For whom a volume is: so that no other test takes it. */
const claim = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  ...{ namespace, name },
});

/** Of a claim that was there once. */
const formerClaim = (namespace: string): object => ({
  ...claim(`${namespace}-gone`, 'theirs'),
  uid: '9d3c1d0e-0000-4000-8000-000000000000',
});
