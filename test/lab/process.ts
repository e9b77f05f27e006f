import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup } from './addresses.ts';
import { stateDir } from './places.ts';
import { until } from './run.ts';

/** A process, told apart from a later one with the same pid by when it started, and from one before a reboot. */
export interface Identity {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly startTicks: number;
  readonly bootId: string;
}

const pidDir = join(stateDir, 'pid');

/** `PID START BOOT` as it is recorded; undefined for anything else, such as a file cut short by a full disk. */
export function parseIdentity(text: string): Identity | undefined {
  const match = /^(\d+) (\d+) ([0-9a-f-]{36})\n?$/.exec(text);
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return { pid: Number(match[1]), startTicks: Number(match[2]), bootId: match[3] };
}

/** The form that {@link parseIdentity} reads. */
export const formatIdentity = (id: Identity): string => `${id.pid} ${id.startTicks} ${id.bootId}\n`;

/** Field 22 of a line of /proc/PID/stat. The name in field 2 may hold blanks and brackets, so count from its end. */
export function startTicksOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

/** True for a process that ended and waits for its parent to ask how. */
export function isZombie(stat: string): boolean {
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** Who has this pid now; undefined when nobody has it or only a zombie. */
export function identify(pid: number): Identity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (isZombie(stat)) return undefined;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, startTicks: startTicksOf(stat), bootId };
  } catch {
    return undefined;
  }
}

/** The processes that a process started and that are still there. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The name of the program that a process runs, cut to 15 characters; undefined when it is gone. */
export function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The names under which the lab has recorded processes. */
export function recorded(): readonly string[] {
  try {
    return readdirSync(pidDir).filter((name) => !name.includes('.'));
  } catch {
    return [];
  }
}

/** The pid of a recorded process that is alive; undefined when it isn't, or was never started. */
export function alive(name: string): number | undefined {
  const was = readRecord(name);
  return was && sameProcess(was, identify(was.pid)) ? was.pid : undefined;
}

function readRecord(name: string): Identity | undefined {
  try {
    return parseIdentity(readFileSync(join(pidDir, name), 'utf8'));
  } catch {
    return undefined;
  }
}

function sameProcess(a: Identity, b: Identity | undefined): boolean {
  return b !== undefined && a.startTicks === b.startTicks && a.bootId === b.bootId;
}

/**
 * Starts a process that outlives this one, in a session and in the control group of the lab, its output appended to
 * log/NAME.log, and records it under its name.
 */
export function start(name: string, argv: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const logDir = join(stateDir, 'log');
  for (const dir of [pidDir, logDir]) mkdirSync(dir, { recursive: true });
  const log = openSync(join(logDir, `${name}.log`), 'a');
  // The shell moves itself and then becomes the program: nothing that the program starts can escape the control group.
  const child = spawn('/bin/sh', ['-c', intoCgroup, 'lab', ...argv], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: stateDir,
    env,
  });
  closeSync(log);
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) throw new Error(`${name}: ended at once; see ${logDir}/${name}.log`);
  const file = join(pidDir, name);
  writeFileSync(`${file}.new`, formatIdentity(id));
  renameSync(`${file}.new`, file);
}

// Cgroup version 1 has a directory per controller, version 2 has one in all.
const intoCgroup = `for f in /sys/fs/cgroup/*/${cgroup}/system/cgroup.procs /sys/fs/cgroup/${cgroup}/system/cgroup.procs
do [ ! -e "$f" ] || echo 0 >"$f"; done; exec "$@"`;

/**
 * Ends recorded processes with SIGKILL, and waits until they and the processes they started are gone. A graceful stop
 * would take 6 s, and what it saves is either thrown away or meant to survive a power cut.
 */
export async function kill(names: readonly string[]): Promise<void> {
  const doomed: Identity[] = [];
  for (const name of names) {
    const pid = alive(name);
    if (pid === undefined) continue;
    for (const member of [pid, ...childrenOf(pid)]) {
      const id = identify(member);
      if (id) doomed.push(id);
    }
    process.kill(pid, 'SIGKILL');
  }
  await until(`${names.join(', ')}: end`, killTimeoutMs, () =>
    doomed.every((id) => !sameProcess(id, identify(id.pid))),
  );
  for (const name of names) rmSync(join(pidDir, name), { force: true });
}

const killTimeoutMs = 20_000;
