import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = ['go', 'apt-get', 'dpkg-deb', 'tar', 'bash', 'nsenter', 'unshare', 'mount'];

/** Bits of a process's capabilities, from <linux/capability.h>. */
const capabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_CHROOT: 18n, CAP_SYS_PTRACE: 19n, CAP_SYS_ADMIN: 21n };

/** The reason why the lab can't run on this machine; undefined when it can. */
export function labSupported(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux namespaces, and this is ${process.platform}`;
  if (process.arch !== 'x64') return `is made for x64, and this is ${process.arch}`;
  if (process.getuid?.() !== 0) return 'needs root, to make namespaces and mounts';
  return missingCapability() ?? missingProgram() ?? cgroupProblem();
}

function missingCapability(): string | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const missing = Object.entries(capabilities).find(([, bit]) => ((BigInt(`0x${mask}`) >> bit) & 1n) === 0n);
  return missing && `needs ${missing[0]}, which this root doesn't have (a container without --privileged?)`;
}

function missingProgram(): string | undefined {
  const dirs = (process.env.PATH ?? '').split(delimiter);
  const missing = programs.find((name) => !dirs.some((dir) => existsSync(join(dir, name))));
  return missing && `needs the program ${missing}, which isn't in PATH`;
}

function cgroupProblem(): string | undefined {
  const root = '/sys/fs/cgroup';
  const places = [root, join(root, 'memory')].filter((dir) => existsSync(join(dir, 'cgroup.procs')));
  const place = places[0];
  if (!place) return `needs control groups, and there are none in ${root}`;
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch {
    return `needs to write control groups, and ${place} is read-only`;
  }
}
