import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMounts } from '../../src/facts/mounts.ts';
import { type RecordedSystem, recordedSystem } from './fake-system.ts';
import { emptySystem, hypervisor, laptop, liveSystem, lvmServer, nvmeServer, raspberryPi } from './recorded-systems.ts';

const gib = 2 ** 30;

/** `/mnt ext4 ssd 20 of 29 GiB ro fleeting` */
function inWords(system: RecordedSystem): readonly string[] {
  return readMounts(recordedSystem(system)).map(({ path, type, medium, space, isReadOnly, isLasting, nfs }) =>
    [
      path,
      type,
      medium,
      ...(space ? [`${space.freeBytes / gib} of ${space.sizeBytes / gib}`] : []),
      ...(isReadOnly ? ['ro'] : []),
      ...(isLasting ? [] : ['fleeting']),
      ...(nfs ? [`from ${nfs.server} ${nfs.path}`] : []),
    ].join(' '),
  );
}

const machines: readonly (readonly [what: string, RecordedSystem, readonly string[]])[] = [
  ['a machine without /proc', emptySystem, []],
  [
    'a Raspberry Pi with an SSD on USB, a stick, and two NFS mounts, one of them dead',
    raspberryPi,
    [
      '/run tmpfs memory fleeting',
      '/ ext4 sd-card 20 of 29',
      '/boot/firmware vfat unknown fleeting',
      '/mnt/ssd ext4 usb-disk 400 of 450',
      '/media/pi/MY STICK vfat usb-stick 3 of 7 fleeting',
      '/mnt/nas nfs4 network from nas.local /export/edgex',
      '/mnt/old nfs network ro fleeting from [fd00::9] /',
      '/mnt/old/disk ext4 usb-disk fleeting',
      '/tmp tmpfs memory 1 of 1 fleeting',
    ],
  ],
  [
    'a server with NVMe and a hard disk',
    nvmeServer,
    ['/ ext4 nvme 100 of 200', '/boot/efi vfat unknown fleeting', '/srv/my-data xfs disk 900 of 1000'],
  ],
  [
    'logical volumes on an encrypted SSD, RAID of an SSD and a disk, and btrfs',
    lvmServer,
    ['/ ext4 ssd 10 of 20', '/srv ext4 disk 50 of 60', '/home btrfs ssd 70 of 80'],
  ],
  ['a virtual machine', hypervisor, ['/ ext4 virtual 5 of 10', '/data ext4 network 6 of 12 fleeting']],
  [
    'a live system',
    liveSystem,
    ['/ overlay unknown 2 of 4', '/mnt/disk ext4 unknown fleeting', '/mnt/windows fuseblk unknown fleeting'],
  ],
  [
    'a laptop with eMMC, ZFS and a disk that is mounted over',
    laptop,
    ['/ ext4 emmc', '/tank zfs unknown 1 of 2 fleeting', '/mnt xfs ssd fleeting'],
  ],
];
for (const [what, machine, expected] of machines) {
  test(what, () => assert.deepEqual(inWords(machine), expected));
}

test('mounts of one file system have the same number', () => {
  const [root, srv] = readMounts(recordedSystem(nvmeServer));
  assert.notEqual(root?.device, srv?.device);
});
