import { mediumOfDevice } from './block-devices.ts';
import type { SystemFiles } from './system-files.ts';
import type { Medium, MountFacts } from './types.ts';

/** The mounted file systems of this machine, as far as data may lie on them. */

/** Of these the kernel answers by itself how much room they have; of any other the answer may never come. */
const localTypes =
  /^(ext[234]|xfs|btrfs|f2fs|zfs|jfs|reiserfs|bcachefs|tmpfs|ramfs|overlay|vfat|exfat|ntfs3?|iso9660|udf|squashfs|erofs)$/;
const networkTypes = /^(nfs4?|cifs|smb3|ceph|9p|afs|glusterfs|lustre|fuse\.(sshfs|glusterfs|ceph.*|s3fs|rclone))$/;
/** A user's process or a server stands behind these, and may have gone. */
const isFar = (type: string): boolean => networkTypes.test(type) || /^(autofs|fuse(blk|\..*)?)$/.test(type);
const nfsTypes = /^nfs4?$/;
/** Pods and containers have many mounts there, on which nobody keeps anything. */
const podPlaces =
  /^\/(proc|sys|snap)(\/|$)|^\/run\/(k3s|containerd|docker|netns|credentials)\/|\/kubelet\/(pods|plugins)\/|^\/var\/lib\/(containerd|docker|containers)\/./;

/** Reads the kernel's table of mounts; empty where there is none. */
export function readMounts(system: SystemFiles): readonly MountFacts[] {
  const entries = parseMountInfo(system.read('/proc/self/mountinfo') ?? '');
  // Not the root: without that, nothing of this would run.
  const far = entries.filter(({ path, type }) => path !== '/' && isFar(type)).map(({ path }) => path);
  const lasting = lastingMounts(system);
  // What is mounted over another hides it, so the last one counts.
  const visible = [...new Map(entries.map((entry) => [entry.path, entry])).values()];
  return visible
    .filter(({ path, type }) => !podPlaces.test(path) && (localTypes.test(type) || (isFar(type) && type !== 'autofs')))
    .map((entry) => {
      const { path, type, source, device, isReadOnly } = entry;
      const mayHang = isFar(type) || far.some((each) => path.startsWith(`${each}/`));
      const space = mayHang ? undefined : system.space(path);
      const nfs = nfsTypes.test(type) ? parseNfsSource(source) : undefined;
      return {
        path,
        type,
        medium: mediumOfMount(entry, system),
        device,
        isReadOnly,
        isLasting: path === '/' || lasting(path),
        ...(space ? { space } : {}),
        ...(nfs ? { nfs } : {}),
      };
    });
}

interface MountEntry {
  readonly device: string;
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly type: string;
  readonly source: string;
}

/** /proc/PID/mountinfo: `36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue` */
function parseMountInfo(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , device, , path, options] = left.split(' ');
    const [type, source, superOptions = ''] = right.split(' ');
    if (device === undefined || path === undefined || options === undefined) return [];
    if (type === undefined || source === undefined) return [];
    const isReadOnly = [options, superOptions].some((each) => each.split(',').includes('ro'));
    return [{ device, path: unescapeOctal(path), isReadOnly, type, source: unescapeOctal(source) }];
  });
}

/** Blanks and the like stand there as octal numbers: `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function mediumOfMount({ type, device, source }: MountEntry, system: SystemFiles): Medium {
  if (/^(tmpfs|ramfs)$/.test(type)) return 'memory';
  return networkTypes.test(type) ? 'network' : mediumOfDevice(device, source, system);
}

/** `server:/export`, also with an IPv6 address in brackets. */
function parseNfsSource(source: string): MountFacts['nfs'] {
  const [, server, path] = /^(\[[^\]]+\]|[^:]+):(\/.*)$/.exec(source) ?? [];
  if (server === undefined || path === undefined) return undefined;
  return { server, path: path === '/' ? path : path.replace(/\/+$/, '') };
}

/** Which mount points the machine's next start has too: those of /etc/fstab, and of systemd's own units. */
function lastingMounts(system: SystemFiles): (path: string) => boolean {
  const fields = (system.read('/etc/fstab') ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  const inFstab = new Set(
    fields.filter(([first]) => !first?.startsWith('#')).map(([, path = '']) => unescapeOctal(path)),
  );
  const units = new Set(system.list('/etc/systemd/system'));
  return (path) => inFstab.has(path) || units.has(mountUnit(path));
}

/** The name that systemd gives to the unit of a mount point: `/mnt/my-disk` is `mnt-my\x2ddisk.mount`. */
function mountUnit(path: string): string {
  const escaped = path.slice(1).replace(/[^\w/.:]/g, (each) => `\\x${each.charCodeAt(0).toString(16)}`);
  return `${escaped.replaceAll('/', '-')}.mount`;
}
