import { dirname } from 'node:path';
import type { SystemFiles } from '../../src/facts/system-files.ts';
import type { Space } from '../../src/facts/types.ts';

/** A machine as its files tell of it. */
export interface RecordedSystem {
  readonly hostname?: string;
  readonly addresses?: readonly string[];
  readonly mountinfo?: string;
  /** Path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of the disks: the name of each device to its directory below /sys/devices, its number and its attributes. */
  readonly devices?: Readonly<Record<string, RecordedDevice>>;
  /** Symbolic links besides those of the devices. */
  readonly links?: Readonly<Record<string, string>>;
  /** By mount point; of any other one nothing is known. */
  readonly spaces?: Readonly<Record<string, Space>>;
  /** Mount points that would never answer. */
  readonly dead?: readonly string[];
}

export interface RecordedDevice {
  readonly number: string;
  readonly directory: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Names of the devices below it. */
  readonly slaves?: readonly string[];
}

/** The machine. To ask a mount point that would never answer, or anything below it, is an error. */
export function recordedSystem(recorded: RecordedSystem = {}): SystemFiles {
  const { hostname = 'pi', addresses = [], mountinfo, devices = {}, spaces = {}, dead = [] } = recorded;
  const files: Record<string, string> = { ...recorded.files };
  const links: Record<string, string> = { ...recorded.links };
  if (mountinfo !== undefined) files['/proc/self/mountinfo'] = mountinfo;
  for (const [name, { number, directory, attributes = {}, slaves = [] }] of Object.entries(devices)) {
    links[`/sys/dev/block/${number}`] = directory;
    links[`/sys/class/block/${name}`] = directory;
    for (const [attribute, text] of Object.entries(attributes)) files[`${directory}/${attribute}`] = text;
    for (const slave of slaves) links[`${directory}/slaves/${slave}`] = devices[slave]?.directory ?? '';
  }
  const refuseDead = (path: string): void => {
    if (dead.some((each) => path === each || path.startsWith(`${each}/`))) throw new Error(`${path} never answers`);
  };
  return {
    hostname: () => hostname,
    addresses: () => addresses,
    read: (path) => files[path]?.trim(),
    list: (path) =>
      [...Object.keys(files), ...Object.keys(links)]
        .filter((each) => dirname(each) === path)
        .map((each) => each.slice(path.length + 1)),
    realPath: (path) => links[path],
    space: (path) => {
      refuseDead(path);
      return spaces[path];
    },
  };
}
