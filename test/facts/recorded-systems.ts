import type { RecordedSystem } from './fake-system.ts';

/** What machines of different kinds say of their disks, as far as it is read. */

const gib = 2 ** 30;
const space = (free: number, size: number) => ({ freeBytes: free * gib, sizeBytes: size * gib });
const usb = '/sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb2/2-1/2-1:1.0';
const ata = '/sys/devices/pci0000:00/0000:00:17.0';

export const emptySystem: RecordedSystem = {};

export const raspberryPi: RecordedSystem = {
  mountinfo: `
21 26 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
22 26 0:21 / /proc rw,relatime shared:14 - proc proc rw
23 26 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=3893072k,mode=755
25 26 0:23 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=789140k,mode=755
26 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw
61 26 179:1 / /boot/firmware rw,relatime shared:31 - vfat /dev/mmcblk0p1 rw,fmask=0022
64 26 8:1 / /mnt/ssd rw,noatime shared:35 - ext4 /dev/sda1 rw
66 26 8:17 / /media/pi/MY\\040STICK rw,nosuid,nodev,relatime shared:37 - vfat /dev/sdb1 rw
70 26 0:48 / /mnt/nas rw,relatime shared:39 - nfs4 nas.local:/export/edgex/ rw,vers=4.2,hard,proto=tcp
71 26 0:49 / /mnt/old ro,relatime shared:40 - nfs [fd00::9]:/ rw,vers=3,hard
72 71 8:2 / /mnt/old/disk rw,relatime shared:42 - ext4 /dev/sda2 rw
73 26 0:50 / /tmp rw - tmpfs tmpfs rw
80 26 0:60 / /var/lib/kubelet/pods/9c/volumes/kubernetes.io~nfs/data rw - nfs4 nas.local:/x rw
81 26 0:61 / /run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/1a/rootfs rw - overlay overlay rw
a line that nobody wrote
`,
  files: {
    '/etc/fstab': `
proc            /proc           proc    defaults          0       0
PARTUUID=1-02  /               ext4    defaults,noatime  0       1
LABEL=ssd /mnt/ssd ext4 defaults,nofail 0 2
#LABEL=old /mnt/old ext4 defaults 0 2
`,
  },
  devices: {
    mmcblk0: {
      number: '179:0',
      directory: '/sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0',
      attributes: { 'device/type': 'SD', removable: '0', 'queue/rotational': '0' },
    },
    mmcblk0p2: {
      number: '179:2',
      directory: '/sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0/mmcblk0p2',
      attributes: { partition: '2' },
    },
    sda: {
      number: '8:0',
      directory: `${usb}/host0/target0:0:0/0:0:0:0/block/sda`,
      attributes: { removable: '0', 'queue/rotational': '1' },
    },
    sda1: {
      number: '8:1',
      directory: `${usb}/host0/target0:0:0/0:0:0:0/block/sda/sda1`,
      attributes: { partition: '1' },
    },
    sda2: {
      number: '8:2',
      directory: `${usb}/host0/target0:0:0/0:0:0:0/block/sda/sda2`,
      attributes: { partition: '2' },
    },
    sdb: {
      number: '8:16',
      directory: `${usb}/host1/target1:0:0/1:0:0:0/block/sdb`,
      attributes: { removable: '1', 'queue/rotational': '1' },
    },
    sdb1: {
      number: '8:17',
      directory: `${usb}/host1/target1:0:0/1:0:0:0/block/sdb/sdb1`,
      attributes: { partition: '1' },
    },
  },
  links: { '/etc/systemd/system/mnt-nas.mount': '/usr/lib/mnt-nas.mount' },
  spaces: {
    '/': space(20, 29),
    '/mnt/ssd': space(400, 450),
    '/media/pi/MY STICK': space(3, 7),
    '/tmp': space(1, 1),
  },
  dead: ['/mnt/nas', '/mnt/old'],
};

export const nvmeServer: RecordedSystem = {
  mountinfo: `
29 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
30 29 259:1 / /boot/efi rw,relatime shared:30 - vfat /dev/nvme0n1p1 rw
40 29 8:1 / /srv/my-data rw,relatime shared:31 - xfs /dev/sda1 rw,attr2
50 29 7:1 / /snap/core/1 ro,nodev,relatime shared:32 - squashfs /dev/loop1 ro
`,
  devices: {
    nvme0n1: { number: '259:0', directory: '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1' },
    nvme0n1p2: {
      number: '259:2',
      directory: '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/nvme0n1p2',
      attributes: { partition: '2' },
    },
    sda: {
      number: '8:0',
      directory: `${ata}/ata1/host0/target0:0:0/0:0:0:0/block/sda`,
      attributes: { removable: '0', 'queue/rotational': '1' },
    },
    sda1: {
      number: '8:1',
      directory: `${ata}/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1`,
      attributes: { partition: '1' },
    },
  },
  links: { '/etc/systemd/system/srv-my\\x2ddata.mount': '/x' },
  spaces: { '/': space(100, 200), '/srv/my-data': space(900, 1000) },
};

const virtual = '/sys/devices/virtual/block';

export const lvmServer: RecordedSystem = {
  mountinfo: `
29 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw
40 29 9:0 / /srv rw,relatime shared:31 - ext4 /dev/md0 rw
41 29 0:44 /@home /home rw,relatime shared:33 - btrfs /dev/mapper/vg-home rw,subvol=/@home
`,
  files: { '/etc/fstab': '/dev/md0 /srv ext4 defaults 0 2\n/dev/mapper/vg-home /home btrfs subvol=@home 0 0' },
  devices: {
    'dm-0': { number: '253:0', directory: `${virtual}/dm-0`, slaves: ['dm-1'] },
    'dm-1': { number: '253:1', directory: `${virtual}/dm-1`, slaves: ['sda3'] },
    'dm-2': { number: '253:2', directory: `${virtual}/dm-2`, slaves: ['dm-1'] },
    sda: {
      number: '8:0',
      directory: `${ata}/ata1/host0/target0:0:0/0:0:0:0/block/sda`,
      attributes: { 'queue/rotational': '0' },
    },
    sda3: {
      number: '8:3',
      directory: `${ata}/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda3`,
      attributes: { partition: '3' },
    },
    md0: { number: '9:0', directory: `${virtual}/md0`, slaves: ['sda3', 'sdb'] },
    sdb: {
      number: '8:16',
      directory: `${ata}/ata2/host1/target1:0:0/1:0:0:0/block/sdb`,
      attributes: { 'queue/rotational': '1' },
    },
  },
  links: { '/dev/mapper/vg-home': '/dev/dm-2' },
  spaces: { '/': space(10, 20), '/srv': space(50, 60), '/home': space(70, 80) },
};

export const hypervisor: RecordedSystem = {
  mountinfo: `
29 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw,discard
30 29 8:0 / /data rw,relatime - ext4 /dev/sda rw
`,
  devices: {
    vda: {
      number: '254:0',
      directory: '/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda',
      attributes: { 'queue/rotational': '1' },
    },
    vda1: {
      number: '254:1',
      directory: '/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda/vda1',
      attributes: { partition: '1' },
    },
    sda: {
      number: '8:0',
      directory: '/sys/devices/platform/host2/session1/target2:0:0/2:0:0:1/block/sda',
      attributes: { 'queue/rotational': '0' },
    },
  },
  spaces: { '/': space(5, 10), '/data': space(6, 12) },
};

/** Its /sys can't be read. */
export const liveSystem: RecordedSystem = {
  mountinfo: `
29 1 0:30 / / rw,relatime - overlay overlay rw,lowerdir=/run/live/rootfs,upperdir=/run/live/overlay/rw
30 29 8:1 / /mnt/disk rw,relatime - ext4 /dev/sda1 rw
32 29 8:2 / /mnt/windows rw,relatime - fuseblk /dev/sda2 rw,user_id=0
31 29 0:33 / /misc rw,relatime - autofs systemd-1 rw,fd=30
`,
  spaces: { '/': space(2, 4) },
  dead: ['/mnt/windows', '/misc'],
};

export const laptop: RecordedSystem = {
  mountinfo: `
29 1 179:1 / / rw,relatime - ext4 /dev/mmcblk0p1 rw
30 29 0:70 / /tank rw,relatime - zfs tank rw,xattr
31 29 179:1 /old /mnt rw,relatime - ext4 /dev/mmcblk0p1 rw
32 29 8:0 / /mnt rw,relatime - xfs /dev/sda rw
`,
  devices: {
    mmcblk0: { number: '179:0', directory: '/sys/devices/mmc0/block/mmcblk0', attributes: { 'device/type': 'MMC' } },
    mmcblk0p1: {
      number: '179:1',
      directory: '/sys/devices/mmc0/block/mmcblk0/mmcblk0p1',
      attributes: { partition: '1' },
    },
    sda: { number: '8:0', directory: `${ata}/ata1/block/sda`, attributes: { 'queue/rotational': '0' } },
  },
  spaces: { '/tank': space(1, 2) },
};
