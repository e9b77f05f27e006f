import { basename, dirname } from 'node:path';
import type { SystemFiles } from './system-files.ts';
import type { Medium } from './types.ts';

/**
 * What a block device is made of, by what the kernel says in /sys: a partition leads to its disk, a logical volume, RAID
 * or encrypted device to the disks below it.
 */

/** From the least to the most durable and quick; a device is as good as the worst disk below it. */
const worstFirst: readonly Medium[] = [
  'memory',
  'unknown',
  'sd-card',
  'usb-stick',
  'network',
  'emmc',
  'usb-disk',
  'disk',
  'virtual',
  'ssd',
  'nvme',
];

/** How deep devices may lie on each other; more is a circle. */
const maxDepth = 8;

/**
 * The medium of a mounted device.
 * @param device its major and minor number
 * @param source the device file as mounted; btrfs and others have numbers that belong to no device
 */
export function mediumOfDevice(device: string, source: string, system: SystemFiles): Medium {
  const byNumber = device.startsWith('0:') ? undefined : system.realPath(`/sys/dev/block/${device}`);
  const directory = byNumber ?? directoryOf(source, system);
  return directory === undefined ? 'unknown' : mediumOf(directory, system, maxDepth);
}

function directoryOf(source: string, system: SystemFiles): string | undefined {
  if (!source.startsWith('/dev/')) return undefined;
  const file = system.realPath(source) ?? source;
  return system.realPath(`/sys/class/block/${basename(file)}`);
}

/** @param directory of the device, below /sys/devices */
function mediumOf(directory: string, system: SystemFiles, depth: number): Medium {
  if (depth === 0) return 'unknown';
  if (system.read(`${directory}/partition`) !== undefined) return mediumOf(dirname(directory), system, depth - 1);
  const below = system.list(`${directory}/slaves`);
  if (below.length > 0) {
    const media = below.map((name) => {
      const lower = system.realPath(`${directory}/slaves/${name}`);
      return lower === undefined ? 'unknown' : mediumOf(lower, system, depth - 1);
    });
    return worstFirst.find((medium) => media.includes(medium)) ?? 'unknown';
  }
  return mediumOfDisk(directory, system);
}

function mediumOfDisk(directory: string, system: SystemFiles): Medium {
  const name = basename(directory);
  if (/^(zram|ram|pmem)\d/.test(name)) return name.startsWith('pmem') ? 'ssd' : 'memory';
  if (name.startsWith('nvme')) return 'nvme';
  // Cards in a reader are USB sticks to the kernel; this is a slot of the machine's own, or a chip on its board.
  if (name.startsWith('mmcblk')) return system.read(`${directory}/device/type`) === 'MMC' ? 'emmc' : 'sd-card';
  if (/^(nbd|rbd|drbd)\d/.test(name) || /\/session\d+\//.test(directory)) return 'network';
  // What a hypervisor says of rotation is not about its disk.
  if (/\/virtio\d+\//.test(directory) || /^(vd|xvd)/.test(name)) return 'virtual';
  if (/\/usb\d+\//.test(directory)) return system.read(`${directory}/removable`) === '1' ? 'usb-stick' : 'usb-disk';
  if (!/^(sd|hd|dasd)/.test(name)) return 'unknown';
  const rotational = system.read(`${directory}/queue/rotational`);
  return rotational === '0' ? 'ssd' : rotational === '1' ? 'disk' : 'unknown';
}
