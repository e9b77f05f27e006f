import { api } from './api.ts';
import type { Lab } from './lab.ts';
import { type NfsExport, withNfsExport } from './nfs-export.ts';
import type { ClassOf, Storage } from './provisioner.ts';
import { type Provisioner, provisionerOf, removeVolumes } from './provisioner-run.ts';
import { localPathStorage, nfsStorage } from './provisioner-storage.ts';

export interface ClassOptions {
  readonly name?: string;
  readonly isDefault?: boolean;
  readonly reclaimPolicy?: 'Delete' | 'Retain';
  /** False: the class is there, but nobody makes volumes for it, until its `serve` is called. */
  readonly isServed?: boolean;
}

/** A storage class of the lab. */
export interface LabClass extends Provisioner {
  readonly name: string;
}

/**
 * The class of k3s, while the body runs: directories on the node of the first consumer, gone with their claim. What the
 * body leaves of its volumes is removed with their data; its pods and claims it removes itself.
 */
export function withLocalPathClass<T>(
  lab: Lab,
  options: ClassOptions,
  body: (made: LabClass) => Promise<T>,
): Promise<T> {
  const { name = 'local-path', reclaimPolicy = 'Delete' } = options;
  const of = { name, provisioner: 'rancher.io/local-path', waitsForConsumer: true, reclaimPolicy };
  return withClass(lab, of, localPathStorage, options, body);
}

export interface NetworkClassOptions extends ClassOptions {
  readonly provisioner?: string;
}

/**
 * A class whose volumes every node reaches, while the body runs: directories of an export of its own, made as soon as
 * there is a claim.
 */
export function withNetworkClass<T>(
  lab: Lab,
  options: NetworkClassOptions,
  body: (made: LabClass & { readonly export: NfsExport }) => Promise<T>,
): Promise<T> {
  const { name = 'nfs-client', reclaimPolicy = 'Delete' } = options;
  const { provisioner = 'k8s-sigs.io/nfs-subdir-external-provisioner' } = options;
  const of = { name, provisioner, waitsForConsumer: false, reclaimPolicy };
  return withNfsExport(`class-${name}`, (made) =>
    withClass(lab, of, nfsStorage(made), options, (labClass) => body({ ...labClass, export: made })),
  );
}

async function withClass<T>(
  lab: Lab,
  of: ClassOf,
  storage: Storage,
  { isDefault = false, isServed = true }: ClassOptions,
  body: (made: LabClass) => Promise<T>,
): Promise<T> {
  const provisioner = provisionerOf(of, storage);
  try {
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(classObject(of, isDefault)));
    if (isServed) provisioner.serve();
    return await body({ name: of.name, ...provisioner });
  } finally {
    await provisioner.stop();
    await lab.kubectl(['delete', 'storageclass', of.name, '--ignore-not-found']);
    await removeVolumes(of, storage);
  }
}

const classObject = ({ name, provisioner, waitsForConsumer, reclaimPolicy }: ClassOf, isDefault: boolean): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name,
    labels: { [label]: '' },
    annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) },
  },
  volumeBindingMode: waitsForConsumer ? 'WaitForFirstConsumer' : 'Immediate',
  ...{ provisioner, reclaimPolicy },
});

const label = 'edgex-boot-lab';

/** Removes the classes that a test which was interrupted has left. */
export async function removeClasses(): Promise<void> {
  await api(`/apis/storage.k8s.io/v1/storageclasses?labelSelector=${label}`, { method: 'DELETE' });
}
