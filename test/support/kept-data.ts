import { mkdirSync } from 'node:fs';
import { glob, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubeObject } from '../../src/base/kube-types.ts';
import type { Lab } from '../lab/lab.ts';
import { localPathDir, nodeDisk } from '../lab/places.ts';
import { removeNamespace } from './boot.ts';
import { readKey, writeKey } from './services.ts';

/** Data of an installation that are known again, and what they lie on. */

const key = 'edgex-boot-test/marker';
const redisKey = 'edgex-boot-test:marker';

/** By what keeps them. */
type Marks = Readonly<Record<'key of consul' | 'key of redis' | 'file of redis', string>>;

/** What {@link readMarks} is to give as long as nothing is lost. */
export function marksOf(namespace: string): Marks {
  return { 'key of consul': namespace, 'key of redis': namespace, 'file of redis': namespace };
}

/** Lets the services of a namespace write: into Consul, into Redis, and a file into the volume of that. */
export async function writeMarks(lab: Lab, namespace: string): Promise<void> {
  await writeKey(lab, namespace, key, namespace);
  await inRedis(lab, namespace, `redis-cli set ${redisKey} ${namespace} && echo ${namespace} > /data/marker`);
}

/** Asks the services for it again. Throws when one of them doesn't know anything of it. */
export async function readMarks(lab: Lab, namespace: string): Promise<Marks> {
  const [ofConsul, ofRedis] = await Promise.all([
    readKey(lab, namespace, key),
    inRedis(lab, namespace, `redis-cli get ${redisKey} && cat /data/marker`),
  ]);
  const [inStore = '', inFile = ''] = ofRedis.trim().split('\n');
  return { 'key of consul': ofConsul, 'key of redis': inStore, 'file of redis': inFile };
}

function inRedis(lab: Lab, namespace: string, script: string): Promise<string> {
  return lab.kubectl(['exec', '-n', namespace, 'deployment/edgex-redis', '--', 'sh', '-c', script]);
}

/** A claim of an installation, and what became of it. */
export interface ClaimState {
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  /** Empty while it has none. */
  readonly volume: string;
}

interface Claim extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly uid: string };
  readonly spec: { readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

/** The claims of an installation, by their names. */
export async function claimStates(lab: Lab, namespace: string): Promise<readonly ClaimState[]> {
  const text = await lab.kubectl(['get', 'pvc', '-n', namespace, '-l', 'edgex-boot/claim', '-o', 'json']);
  const { items } = JSON.parse(text) as { readonly items: readonly Claim[] };
  return items
    .map(({ metadata: { name, uid }, spec, status }) => ({
      ...{ name, uid, phase: status?.phase ?? '', volume: spec.volumeName ?? '' },
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What of a volume that somebody made may be another. */
interface VolumeOptions {
  readonly node?: string;
  readonly claimRef?: object;
  /** Which they are to reach. */
  readonly phase?: string;
}

/**
 * Makes volumes by hand, as somebody else does who has never heard of the program: each a directory on a node's disk.
 * @param sizes one volume for each
 */
export async function makeVolumes(
  lab: Lab,
  namespace: string,
  sizes: readonly string[],
  { node = 'node1', phase = 'Available', ...more }: VolumeOptions = {},
): Promise<void> {
  const here = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
  const items = sizes.map((storage) => {
    const path = `/var/lib/edgex/${namespace}/by-hand-${storage.toLowerCase()}`;
    mkdirSync(join(nodeDisk(node), path), { recursive: true });
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-${basename(path)}`, labels: { [testLabel]: namespace } },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: `${namespace}-by-hand`,
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
        ...more,
      },
    };
  });
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  for (const { metadata } of items) await volumePhase(lab, metadata.name, phase);
}

/** Waits until a volume is in a phase. */
export async function volumePhase(lab: Lab, name: string, phase: string): Promise<void> {
  await lab.kubectl(['wait', `pv/${name}`, `--for=jsonpath={.status.phase}=${phase}`, '--timeout=30s']);
}

/** On volumes of a test's own, with its namespace. */
export const testLabel = 'edgex-boot-test';

/** Removes a namespace and whatever it had on the cluster and on the nodes' disks. */
export async function removeScenario(lab: Lab, namespace: string): Promise<void> {
  await removeNamespace(lab, namespace);
  await lab.kubectl(['delete', 'pv', '-l', `${testLabel}=${namespace}`, '--ignore-not-found']);
  for (const node of lab.nodes) {
    const ofClass = join(nodeDisk(node), localPathDir, `*_${namespace}_*`);
    const directories = [join(nodeDisk(node), 'var/lib/edgex', namespace), ...(await Array.fromAsync(glob(ofClass)))];
    for (const each of directories) await rm(each, { recursive: true, force: true });
  }
}
