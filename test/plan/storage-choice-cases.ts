import type {
  ClaimFacts,
  MountFacts,
  NodeFacts,
  StorageClassFacts,
  StorageScope,
  VolumeFacts,
} from '../../src/facts/types.ts';
import { claimLabel, namespaceLabel } from '../../src/plan/labels.ts';
import type { StorageService } from '../../src/plan/storage-types.ts';
import { storageClassFacts, volumeFacts } from '../support/facts.ts';

/** A cluster, what is asked of it, and what comes of it. The claims are `data` with 512Mi and `logs` with 128Mi. */
export interface Case {
  readonly what: string;
  /** Without it `auto`. */
  readonly wish?: string;
  readonly nodes: readonly Partial<NodeFacts>[];
  readonly classes?: readonly StorageClassFacts[];
  readonly volumes?: readonly VolumeFacts[];
  readonly claims?: readonly ClaimFacts[];
  /** Of the services that keep data. */
  readonly placement?: Partial<Pick<StorageService, 'nodeSelector' | 'tolerations'>>;
  /** Of this machine, if it is the first node. */
  readonly mounts?: readonly MountFacts[];
  /** As `--storage` would ask for it, and the node of a local one; or what the refusal says. */
  readonly takes: string | RegExp;
  readonly because?: RegExp;
  readonly warns?: RegExp;
}

const gib = 2 ** 30;
const pi = { name: 'pi' };
const small = { name: 'small', allocatable: { 'ephemeral-storage': '20Gi' } };
const large = { name: 'large', allocatable: { 'ephemeral-storage': '200Gi' } };

let devices = 0;
function mount(path: string, given: Partial<MountFacts> = {}): MountFacts {
  const space = { sizeBytes: 100 * gib, freeBytes: 50 * gib };
  devices += 1;
  return {
    path,
    type: 'ext4',
    medium: 'ssd',
    device: `8:${devices}`,
    isReadOnly: false,
    isLasting: true,
    ...(given.medium === 'network' ? {} : { space }),
    ...given,
  };
}

const free = (freeBytes: number) => ({ space: { sizeBytes: 100 * gib, freeBytes } });
const root = (given: Partial<MountFacts> = {}) => mount('/', given);
const sdCard = root({ medium: 'sd-card' });
const nas = mount('/mnt/nas', { type: 'nfs4', medium: 'network', nfs: { server: 'nas', path: '/export' } });

function storageClass(name: string, scope: StorageScope, given: Partial<StorageClassFacts> = {}): StorageClassFacts {
  return storageClassFacts({ name, scope, ...given });
}
const longhorn = storageClass('longhorn', 'network');
const localPath = storageClass('local-path', 'node', { isDefault: true });

const labels = { [namespaceLabel]: 'edgex', [claimLabel]: 'data' };
const ours = (given: Partial<VolumeFacts> = {}) =>
  volumeFacts({
    name: 'edgex-edgex-data',
    labels,
    phase: 'Bound',
    source: { kind: 'local', path: '/srv/edgex/data' },
    hostnames: ['pi'],
    claim: { namespace: 'edgex', name: 'data' },
    ...given,
  });
const onNas = ours({ source: { kind: 'nfs', server: 'nas', path: '/export/edgex/data' }, hostnames: [] });

function claim(given: Partial<ClaimFacts> = {}): ClaimFacts {
  return { name: 'data', labels: { [claimLabel]: 'data' }, phase: 'Bound', size: '512Mi', ...given };
}
const ofClass = claim({ className: 'fast', volumeName: 'pvc-1' });

const pair = [volumeFacts({ name: 'a', capacity: '1Gi' }), volumeFacts({ name: 'b', capacity: '128Mi' })];
const foreign = { namespace: 'shop', name: 'orders' };

export const cases: readonly Case[] = [
  // One node, seen from elsewhere.
  { what: 'one node', nodes: [pi], takes: 'local:/var/lib/edgex pi', because: /^pi is the only node$/ },
  {
    what: 'one node of k3s: its class would be the same disk',
    nodes: [pi],
    classes: [localPath],
    takes: 'local:/var/lib/edgex pi',
  },
  {
    what: 'one node with a network class: its own disk is nearer',
    nodes: [pi],
    classes: [longhorn],
    takes: 'local:/var/lib/edgex pi',
  },
  { what: 'no node at all', nodes: [], takes: /it has no node/ },

  // One node, which is this machine.
  {
    what: 'a server with NVMe',
    nodes: [pi],
    mounts: [root({ medium: 'nvme' }), mount('/srv', { medium: 'ssd' })],
    takes: 'local:/var/lib/edgex pi',
    because: /NVMe with 50 GiB free/,
  },
  {
    what: 'a hard disk as root and an SSD beside: the default is good enough',
    nodes: [pi],
    mounts: [root({ medium: 'disk' }), mount('/srv', { medium: 'ssd' })],
    takes: 'local:/var/lib/edgex pi',
  },
  {
    what: 'a disk that is mounted at the default path',
    nodes: [pi],
    mounts: [sdCard, mount('/var/lib/edgex', { medium: 'ssd' })],
    takes: 'local:/var/lib/edgex pi',
    because: /SSD with 50 GiB free/,
  },
  {
    what: 'an SD card and an SSD on USB',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/ssd', { medium: 'usb-disk' })],
    takes: 'local:/mnt/ssd/edgex pi',
    because: /USB disk with 50 GiB free, better than the SD card below \/var\/lib\/edgex/,
  },
  {
    what: 'an SD card, a large disk on USB, and a smaller SSD',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/usb', { medium: 'usb-disk', ...free(90 * gib) }), mount('/mnt/ssd')],
    takes: 'local:/mnt/ssd/edgex pi',
  },
  {
    what: 'an SD card and two equal disks: the one with more room',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/a', free(10 * gib)), mount('/mnt/b', free(20 * gib))],
    takes: 'local:/mnt/b/edgex pi',
  },
  {
    what: 'an SD card and nothing else',
    nodes: [pi],
    mounts: [sdCard],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card wears out/,
  },
  {
    what: 'an SD card and a class that lies on it',
    nodes: [pi],
    mounts: [sdCard],
    classes: [localPath],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },
  {
    what: 'an SD card and a disk that is gone after a restart',
    nodes: [pi],
    mounts: [sdCard, mount('/media/disk', { medium: 'usb-disk', isLasting: false })],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },
  {
    what: 'an SD card and an SSD without room',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/ssd', free(100 * 2 ** 20))],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },
  {
    what: 'an SD card and a stick: no better',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/stick', { medium: 'usb-stick' })],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },
  {
    what: 'an SD card and an NFS export',
    nodes: [pi],
    mounts: [sdCard, nas],
    takes: 'nfs://nas/export',
    because: /nas:\/export is mounted here at \/mnt\/nas/,
  },
  {
    what: 'an SD card and a network class',
    nodes: [pi],
    mounts: [sdCard],
    classes: [longhorn],
    takes: 'class:longhorn',
  },
  { what: 'eMMC does', nodes: [pi], mounts: [root({ medium: 'emmc' }), nas], takes: 'local:/var/lib/edgex pi' },
  {
    what: 'a root in memory and a disk',
    nodes: [pi],
    mounts: [root({ type: 'tmpfs', medium: 'memory' }), mount('/data')],
    takes: 'local:/data/edgex pi',
    because: /better than the memory/,
  },
  {
    what: 'a live system, with nothing but an overlay',
    nodes: [pi],
    mounts: [root({ type: 'overlay', medium: 'unknown' })],
    classes: [localPath],
    takes: /local:\/var\/lib\/edgex: \/: it is an overlay/,
  },
  {
    what: 'a read-only root and a writable disk',
    nodes: [pi],
    mounts: [root({ isReadOnly: true }), mount('/data')],
    takes: 'local:/data/edgex pi',
  },
  {
    what: 'a disk that only Windows would like',
    nodes: [pi],
    mounts: [root(free(0)), mount('/mnt/win', { type: 'exfat' })],
    takes: /0 B are free, the claims need 640 MiB/,
  },
  {
    what: 'a full disk',
    nodes: [pi],
    mounts: [root(free(639 * 2 ** 20))],
    takes: /639 MiB are free, the claims need 640 MiB/,
  },
  {
    what: 'a disk with just enough room',
    nodes: [pi],
    mounts: [root(free(640 * 2 ** 20))],
    takes: 'local:/var/lib/edgex pi',
  },
  {
    what: 'the same file system mounted twice',
    nodes: [pi],
    mounts: [root({ medium: 'sd-card', device: '9:9' }), mount('/var/log', { medium: 'sd-card', device: '9:9' })],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },

  // Several nodes.
  {
    what: 'two nodes without anything: the larger one',
    nodes: [small, large],
    takes: 'local:/var/lib/edgex large',
    because: /large has the most room of 2 nodes/,
    warns: /on node large alone/,
  },
  {
    what: 'two nodes with a class of their own disks',
    nodes: [small, large],
    classes: [localPath],
    takes: 'local:/var/lib/edgex large',
    warns: /large alone/,
  },
  {
    what: 'the larger node is down',
    nodes: [small, { ...large, ready: false }],
    takes: 'local:/var/lib/edgex small',
    warns: /small alone/,
  },
  {
    what: 'the larger node is cordoned',
    nodes: [small, { ...large, unschedulable: true }],
    takes: 'local:/var/lib/edgex small',
    warns: /small alone/,
  },
  {
    what: 'the larger node has a pressure that may pass',
    nodes: [small, { ...large, taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] }],
    takes: 'local:/var/lib/edgex small',
    warns: /small alone/,
  },
  {
    what: 'a control plane that takes no pods, and one worker',
    nodes: [small, { ...large, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }],
    classes: [longhorn],
    takes: 'local:/var/lib/edgex small',
    because: /^small is the only node that can run the services, for amd64$/,
  },
  {
    what: 'a control plane that the services tolerate',
    nodes: [small, { ...large, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }],
    placement: { tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
    takes: 'local:/var/lib/edgex large',
    warns: /large alone/,
  },
  {
    what: 'a taint that the services tolerate with another value',
    nodes: [small, { ...large, taints: [{ key: 'for', value: 'ai', effect: 'NoSchedule' }] }],
    placement: { tolerations: [{ key: 'for', value: 'iot', effect: 'NoSchedule' }] },
    takes: 'local:/var/lib/edgex small',
  },
  {
    what: 'nodes of which the services want those with a label',
    nodes: [
      { ...small, labels: { disk: 'ssd' } },
      { ...large, labels: { disk: 'slow' } },
    ],
    placement: { nodeSelector: { disk: 'ssd' } },
    takes: 'local:/var/lib/edgex small',
  },
  {
    what: 'a node of another architecture',
    nodes: [small, { ...large, architecture: 'arm64' }],
    takes: 'local:/var/lib/edgex small',
  },
  {
    what: 'two equal nodes: by name',
    nodes: [{ name: 'b' }, { name: 'a' }],
    takes: 'local:/var/lib/edgex a',
    warns: /a alone/,
  },
  {
    what: 'two equal nodes, one of them this machine',
    nodes: [{ name: 'b' }, { name: 'a' }],
    mounts: [root()],
    takes: 'local:/var/lib/edgex b',
    warns: /b alone/,
  },
  {
    what: 'two nodes with a network class',
    nodes: [small, large],
    classes: [localPath, longhorn],
    takes: 'class:longhorn',
    because: /^every node reaches its volumes/,
  },
  {
    what: 'two network classes: the default one',
    nodes: [small, large],
    classes: [longhorn, storageClass('rbd', 'network', { isDefault: true })],
    takes: 'class:rbd',
    because: /default class/,
  },
  {
    what: 'two network classes that are both the default',
    nodes: [small, large],
    classes: [storageClass('rbd', 'network', { isDefault: true }), { ...longhorn, isDefault: true }],
    takes: /2 default storage classes: rbd, longhorn/,
  },
  {
    what: 'two default classes, one of them a network class',
    nodes: [small, large],
    classes: [localPath, { ...longhorn, isDefault: true }],
    takes: 'class:longhorn',
  },
  {
    what: 'two default classes on one node: neither is needed',
    nodes: [pi],
    classes: [localPath, { ...longhorn, isDefault: true }],
    takes: 'local:/var/lib/edgex pi',
  },
  { what: 'an export that is mounted here', nodes: [small, large], mounts: [root(), nas], takes: 'nfs://nas/export' },
  {
    what: 'an export that is mounted read-only',
    nodes: [large, small],
    mounts: [root(), { ...nas, isReadOnly: true }],
    takes: 'local:/var/lib/edgex large',
    warns: /large alone/,
  },
  {
    what: 'a class and an export',
    nodes: [small, large],
    mounts: [root(), nas],
    classes: [longhorn],
    takes: 'class:longhorn',
  },
  {
    what: 'a default class of a provisioner that nobody knows',
    nodes: [small, large],
    classes: [storageClass('house', 'unknown', { isDefault: true })],
    takes: 'class:house',
  },
  {
    what: 'a class of a provisioner that nobody knows',
    nodes: [small, large],
    classes: [storageClass('house', 'unknown')],
    takes: 'local:/var/lib/edgex large',
    warns: /large alone/,
  },
  {
    what: 'volumes that are free: only when asked for',
    nodes: [small, large],
    volumes: pair,
    takes: 'local:/var/lib/edgex large',
    warns: /large alone/,
  },

  // What is installed stays.
  {
    what: 'local volumes, though a network class came',
    nodes: [pi, large],
    volumes: [ours()],
    classes: [longhorn],
    takes: 'local:/srv pi',
    because: /^as installed$/,
  },
  {
    what: 'local volumes that an uninstall left',
    nodes: [pi],
    volumes: [ours({ phase: 'Released' })],
    takes: 'local:/srv pi',
    because: /as installed/,
  },
  {
    what: 'local volumes on a disk that has become full',
    nodes: [pi],
    volumes: [ours()],
    mounts: [root(free(0))],
    takes: 'local:/srv pi',
  },
  { what: 'volumes on NFS', nodes: [pi], volumes: [onNas], takes: 'nfs://nas/export' },
  {
    what: 'a class whose provisioner names its directories as ours are named',
    nodes: [pi],
    volumes: [{ ...onNas, provisioner: 'nas-provisioner', className: 'fast' }],
    claims: [ofClass],
    takes: 'class:fast',
    because: /as installed/,
  },
  { what: 'claims of a class', nodes: [pi], claims: [ofClass], takes: 'class:fast', because: /as installed/ },
  {
    what: 'a claim of a class with the volume that its provisioner made',
    nodes: [pi],
    claims: [claim({ className: 'fast', volumeName: 'pvc-1' })],
    volumes: [
      volumeFacts({ name: 'pvc-1', provisioner: 'p', phase: 'Bound', claim: { namespace: 'edgex', name: 'data' } }),
    ],
    takes: 'class:fast',
  },
  {
    what: 'a claim with a volume that was there',
    nodes: [pi],
    claims: [claim({ volumeName: 'a' })],
    volumes: [
      { ...volumeFacts({ name: 'a' }), phase: 'Bound', claim: { namespace: 'edgex', name: 'data' } },
      volumeFacts({ name: 'b' }),
    ],
    takes: 'existing data=a logs=b',
  },
  {
    what: "another namespace's volumes",
    nodes: [pi],
    volumes: [ours({ labels: { ...labels, [namespaceLabel]: 'test' } })],
    takes: 'local:/var/lib/edgex pi',
  },
  {
    what: "somebody else's claim",
    nodes: [pi],
    claims: [claim({ labels: {}, className: 'fast' })],
    takes: 'local:/var/lib/edgex pi',
  },
  {
    what: 'local volumes whose node is gone',
    nodes: [large],
    volumes: [ours()],
    takes: /no longer has the node with the data of namespace edgex: local volumes in \/srv on pi/,
  },

  // The same in other words.
  { what: 'local, as installed', wish: 'local', nodes: [pi], volumes: [ours()], takes: 'local:/srv pi' },
  { what: 'the path, as installed', wish: 'local:/srv', nodes: [pi], volumes: [ours()], takes: 'local:/srv pi' },
  {
    what: 'the export, as installed',
    wish: 'nfs://NAS/export',
    nodes: [pi],
    volumes: [onNas],
    takes: 'nfs://nas/export',
  },
  { what: 'the class, as installed', wish: 'class:fast', nodes: [pi], claims: [ofClass], takes: 'class:fast' },

  // Another one.
  {
    what: 'another path',
    wish: 'local:/other',
    nodes: [pi],
    volumes: [ours()],
    takes: /the data of namespace edgex would stay behind, in local volumes in \/srv on pi/,
  },
  {
    what: 'a class instead',
    wish: 'class:longhorn',
    nodes: [pi],
    volumes: [ours()],
    classes: [longhorn],
    takes: /would stay behind/,
  },
  {
    what: 'another class',
    wish: 'class:longhorn',
    nodes: [pi],
    claims: [ofClass],
    classes: [longhorn],
    takes: /stay behind, in storage class fast/,
  },
  {
    what: 'local instead of NFS',
    wish: 'local',
    nodes: [pi],
    volumes: [onNas],
    takes: /stay behind, in volumes on nas:\/export/,
  },
  { what: 'another export', wish: 'nfs://nas/other', nodes: [pi], volumes: [onNas], takes: /would stay behind/ },

  {
    what: 'another class, where the claims have no volume yet',
    wish: 'class:longhorn',
    nodes: [pi],
    claims: [claim({ className: 'fast', phase: 'Pending' })],
    classes: [longhorn],
    takes: /wait for storage class fast, and a claim can't be changed/,
  },

  // Asked for.
  {
    what: 'a path on several nodes',
    wish: 'local:/srv/edgex',
    nodes: [small, large],
    classes: [longhorn],
    takes: 'local:/srv/edgex large',
    warns: /large alone/,
  },
  {
    what: 'local, on an SD card with an SSD beside',
    wish: 'local',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/ssd')],
    takes: 'local:/mnt/ssd/edgex pi',
  },
  {
    what: 'the SD card by its path',
    wish: 'local:/var/lib/edgex',
    nodes: [pi],
    mounts: [sdCard, mount('/mnt/ssd')],
    takes: 'local:/var/lib/edgex pi',
    warns: /SD card/,
  },
  {
    what: 'a path in memory',
    wish: 'local:/tmp/edgex',
    nodes: [pi],
    mounts: [root(), mount('/tmp', { type: 'tmpfs', medium: 'memory' })],
    takes: /local:\/tmp\/edgex: \/tmp: it is in memory/,
  },
  {
    what: 'a path on a disk that is too small',
    wish: 'local:/mnt/a/x',
    nodes: [pi],
    mounts: [root(), mount('/mnt/a', free(1024))],
    takes: /1 KiB are free, the claims need 640 MiB/,
  },
  {
    what: 'an export',
    wish: 'nfs://10.0.0.2/srv/edgex',
    nodes: [pi],
    takes: 'nfs://10.0.0.2/srv/edgex',
    because: /asked for/,
  },
  {
    what: 'a class',
    wish: 'class:longhorn',
    nodes: [pi],
    classes: [longhorn],
    takes: 'class:longhorn',
    because: /asked for/,
  },
  {
    what: "a class of the nodes' disks, on several",
    wish: 'class:local-path',
    nodes: [small, large],
    classes: [localPath],
    takes: 'class:local-path',
    warns: /stays on the node where its service first starts/,
  },
  {
    what: 'a class that is not there',
    wish: 'class:longhron',
    nodes: [pi],
    classes: [longhorn],
    takes: /no storage class of this name/,
  },
  { what: 'no class at all', wish: 'class:x', nodes: [pi], takes: /no storage class of this name/ },

  // Volumes that are there.
  {
    what: 'each claim gets the smallest volume that fits',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'huge', capacity: '10Gi' }), ...pair],
    takes: 'existing data=a logs=b',
  },
  {
    what: 'equal volumes go by their names',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'z' }), volumeFacts({ name: 'y' })],
    takes: 'existing data=z logs=y',
  },
  {
    what: 'a volume whose data go with its claim',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'z', reclaimPolicy: 'Delete' }), volumeFacts({ name: 'y' })],
    takes: 'existing data=z logs=y',
    warns: /^persistentvolume\/z has the policy Delete: its data go as soon as the claim data is deleted$/,
  },
  {
    what: 'a volume that names our claim is for it',
    wish: 'existing',
    nodes: [pi],
    volumes: [...pair, volumeFacts({ name: 'c', capacity: '9Gi', claim: { namespace: 'edgex', name: 'logs' } })],
    takes: 'existing data=a logs=c',
  },
  {
    what: 'too few volumes',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a' })],
    takes: /no volume is free for data \(512Mi\)/,
  },
  {
    what: 'a volume that is too small',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', capacity: '511Mi' }), ...pair.slice(1)],
    takes: /no volume is free for data \(512Mi\)/,
  },
  {
    what: "a volume for somebody else's claim",
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', claim: foreign }), ...pair.slice(1)],
    takes: /no volume is free for data/,
  },
  {
    what: 'a volume that somebody else released',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', phase: 'Released', claim: foreign }), ...pair.slice(1)],
    takes: /no volume is free for data/,
  },
  {
    what: 'a volume that had a claim of our name',
    wish: 'existing',
    nodes: [pi],
    volumes: [
      volumeFacts({ name: 'a', phase: 'Released', claim: { namespace: 'edgex', name: 'data' } }),
      ...pair.slice(1),
    ],
    takes: /no volume is free for data/,
  },
  {
    what: 'a volume for many readers only',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', accessModes: ['ReadOnlyMany'] }), ...pair.slice(1)],
    takes: /no volume is free for data/,
  },
  {
    what: 'a raw device',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', isBlock: true }), ...pair.slice(1)],
    takes: /no volume is free for data/,
  },
  {
    what: 'a volume of a node that is gone',
    wish: 'existing',
    nodes: [pi],
    volumes: [volumeFacts({ name: 'a', hostnames: ['old'] }), ...pair.slice(1)],
    takes: /no volume is free for data/,
  },
];
