import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localPathDir, stateDir } from './places.ts';

/**
 * What the lab can't help changing on the machine outside of its own directory, noted before it does, so that `down`
 * can put it back.
 */
interface Traces {
  /** Settings of the whole machine with the values that they had. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Directories that weren't there, parents first. */
  readonly directories: readonly string[];
}

/** Settings that a kubelet changes without asking. */
const sysctls = [
  ...['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes'],
];

/** Directories that a node mounts its own over: the machine has to have something to mount over. */
export const nodeMounts = {
  /** Kept over a power cut. */
  disk: ['kubelet', 'containerd', 'cni', 'edgex']
    .map((name) => `/var/lib/${name}`)
    .concat(localPathDir, '/var/log/pods', '/var/log/containers'),
  /** Empty after each start. */
  memory: ['/etc/cni/net.d', '/run/containerd', '/run/netns'],
};

const file = join(stateDir, 'traces.json');
const sysctlPath = (name: string): string => join('/proc/sys', name);

/** Notes how the machine is and makes the directories that a node needs. Does nothing when that is done. */
export function prepareMachine(): void {
  if (existsSync(file)) return;
  const wanted = [...nodeMounts.disk, ...nodeMounts.memory].flatMap(withParents);
  const traces: Traces = {
    sysctls: Object.fromEntries(
      sysctls
        .filter((name) => existsSync(sysctlPath(name)))
        .map((name) => [name, readFileSync(sysctlPath(name), 'utf8').trim()]),
    ),
    directories: [...new Set(wanted)].filter((dir) => !existsSync(dir)).sort(),
  };
  writeFileSync(file, `${JSON.stringify(traces, undefined, 2)}\n`);
  for (const dir of traces.directories) mkdirSync(dir);
}

/** `/a/b` gives `/a` and `/a/b`. */
const withParents = (dir: string): readonly string[] => (dir === '/' ? [] : [...withParents(dirname(dir)), dir]);

/** Puts all back as {@link prepareMachine} found it. A directory that somebody uses meanwhile stays. */
export function restoreMachine(): void {
  if (!existsSync(file)) return;
  const traces: Traces = JSON.parse(readFileSync(file, 'utf8'));
  for (const [name, value] of Object.entries(traces.sysctls)) writeFileSync(sysctlPath(name), value);
  for (const dir of traces.directories.toReversed()) {
    try {
      rmdirSync(dir);
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
