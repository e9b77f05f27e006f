import { type NfsFault, type NfsOptions, nfsExport, withNfsExport } from '../lab/nfs-export.ts';
import type { StorageFault } from './storage-faults.ts';

/** What can be wrong with an NFS export. */

interface ExportFault extends Omit<StorageFault, 'run' | 'namespace' | 'code'> {
  readonly with: NfsOptions & { readonly fault?: NfsFault };
}

const megabyte = 1024 * 1024;
const directoriesPod = /^pod\/edgex-boot-directories\b/;

const rows: Readonly<Record<string, ExportFault>> = {
  'scn-unreachable': {
    what: 'an export that is out of reach',
    with: { fault: 'unreachable' },
    object: directoriesPod,
    cause: /the file server can't be reached from node node1: .*timed out/,
    hint: /Look whether it is up/,
    isSlow: true,
  },
  'scn-refused': {
    what: 'a file server that has no NFS',
    with: { fault: 'refused' },
    object: directoriesPod,
    cause: /nothing answers as NFS on the file server: .*Connection refused/,
    hint: /Start its NFS server/,
    isSlow: true,
  },
  'scn-wrong-path': {
    what: 'a path that is not exported',
    with: { fault: 'wrong-path' },
    object: directoriesPod,
    cause: /No such file or directory/,
    hint: /showmount -e SERVER/,
  },
  'scn-denied': {
    what: 'an export that is not for this node',
    with: { fault: 'denied' },
    object: directoriesPod,
    cause: /access denied by server/,
    hint: /export/,
    isSlow: true,
  },
  'scn-read-only': {
    what: 'an export for reading only',
    with: { fault: 'read-only' },
    object: /^volumes consul-data, redis-data$/,
    cause: /^10\.90\.0\.1:\/export\/scn-read-only is read-only$/,
    hint: /rw in \/etc\/exports/,
  },
  'scn-squash': {
    what: 'an export whose root is nobody',
    with: { fault: 'root-squash' },
    object: /^volumes consul-data, redis-data$/,
    cause: /takes root for somebody else \(root_squash\).*no directory can be made/,
    hint: /no_root_squash, or on 10\.90\.0\.1 do yourself: mkdir -p \S+ && chown 100:1000 /,
  },
  'scn-full': {
    what: 'an export on a full disk',
    with: { fault: 'full' },
    object: /^10\.90\.0\.1:\/export\/scn-full$/,
    cause: /^it has 0 B free, and the volumes that are missing there take 640 MiB; none was made$/,
    hint: /^Make room on 10\.90\.0\.1/,
  },
  'scn-small': {
    what: 'an export that is too small',
    with: { sizeBytes: 300 * megabyte },
    object: /^10\.90\.0\.1:\/export\/scn-small$/,
    cause: /^it has \S+ MiB free, and the volumes that are missing there take 640 MiB; none was made$/,
    hint: /--size CLAIM=QUANTITY/,
  },
};

export const exportFaults: readonly StorageFault[] = Object.entries(rows).map(
  ([namespace, { with: broken, ...fault }]) => ({
    ...fault,
    namespace,
    code: 4,
    run: ({ fails, succeeds }) =>
      withNfsExport(namespace, async ({ url }) => {
        nfsExport(namespace, broken);
        await fails(url);
        nfsExport(namespace);
        await succeeds(url);
      }),
  }),
);
