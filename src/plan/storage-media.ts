import type { Medium, MountFacts } from '../facts/types.ts';

/** What is to be thought of a medium or a file system as the place of databases that write all the time. */

interface MediumRow {
  /** After "on". */
  readonly title: string;
  /** `poor` wears out, or is pulled out: taken only when there is nothing else. */
  readonly grade: 'good' | 'fair' | 'poor';
  readonly drawback?: string;
}

export const media: Readonly<Record<Medium, MediumRow>> = {
  nvme: { title: 'NVMe', grade: 'good' },
  ssd: { title: 'SSD', grade: 'good' },
  virtual: { title: 'virtual disk', grade: 'good' },
  disk: { title: 'hard disk', grade: 'good' },
  'usb-disk': { title: 'USB disk', grade: 'fair' },
  emmc: { title: 'eMMC', grade: 'fair', drawback: 'eMMC wears out sooner than an SSD' },
  network: { title: 'network disk', grade: 'fair' },
  unknown: { title: 'disk', grade: 'fair' },
  'usb-stick': { title: 'USB stick', grade: 'poor', drawback: 'a USB stick wears out under constant writing' },
  'sd-card': { title: 'SD card', grade: 'poor', drawback: 'an SD card wears out under constant writing' },
  memory: { title: 'memory', grade: 'poor', drawback: 'memory is empty after a restart' },
};

/** They have owners and modes, which the services' directories need, and are meant for disks. */
const diskTypes: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'zfs',
  'jfs',
  'reiserfs',
  'bcachefs',
]);

/** Nobody mounts a disk for data there: it is the system's, a container's, or gone with a session. */
const systemPlaces = /^\/(dev|run|snap|boot|efi|etc|usr|var\/(snap|lib\/(kubelet|containerd|docker|containers)))(\/|$)/;

/** True for a disk that directories of ours may be put on without being asked for, whatever the room on it. */
export function isPlaceForData({ type, path }: MountFacts): boolean {
  return diskTypes.has(type) && !systemPlaces.test(path);
}

/** Why no data may be put on a mounted file system; undefined when they may. */
export function mountObstacle({ type, medium, isReadOnly }: MountFacts): string | undefined {
  if (medium === 'memory') return 'it is in memory, and empty after a restart';
  if (type === 'overlay') return 'it is an overlay, as of a live system: what is written may be gone after a restart';
  if (isReadOnly) return 'it is read-only';
  if (medium === 'network' || diskTypes.has(type)) return undefined;
  return `${type} has no owners of files, which the services need`;
}
