import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup } from './addresses.ts';
import { until } from './run.ts';

const mountPoint = '/sys/fs/cgroup';

/** The hierarchies to make groups in: one per controller in version 1, a single one in version 2. */
function hierarchies(): readonly string[] {
  if (existsSync(join(mountPoint, 'cgroup.procs'))) return [mountPoint];
  return readdirSync(mountPoint)
    .map((name) => join(mountPoint, name))
    .filter((dir) => existsSync(join(dir, 'cgroup.procs')));
}

/**
 * Makes the control groups of the lab's own processes (`system`) and of a node's pods. kubelet wants its root to be
 * there; in version 1 a new cpuset is empty, and no process can enter it until it is filled.
 */
export function ensureCgroups(children: readonly string[]): void {
  for (const root of hierarchies()) {
    for (const path of [cgroup, ...children.map((child) => `${cgroup}/${child}`)]) {
      mkdirSync(join(root, path), { recursive: true });
      for (const file of ['cpuset.cpus', 'cpuset.mems']) fillCpuset(root, path, file);
    }
    if (root === mountPoint) for (const path of ['', cgroup]) delegateControllers(path);
  }
}

/** Version 2: the groups below get those controllers only that are named here. */
function delegateControllers(path: string): void {
  const names = readFileSync(join(mountPoint, path, 'cgroup.controllers'), 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  writeFileSync(join(mountPoint, path, 'cgroup.subtree_control'), names.map((name) => `+${name}`).join(' '));
}

function fillCpuset(root: string, path: string, file: string): void {
  // In version 2 the root has no such file, and what a group leaves empty it inherits.
  if (existsSync(join(root, file))) writeFileSync(join(root, path, file), readFileSync(join(root, file)));
}

/**
 * Removes one of them, or all. A group lives until its last process is buried, which takes a moment.
 * @param child as given to {@link ensureCgroups}
 */
export async function removeCgroups(child = ''): Promise<void> {
  for (const root of hierarchies()) {
    const dir = join(root, cgroup, child);
    await until(`${dir}: remove`, removeTimeoutMs, () => {
      if (existsSync(dir)) removeTree(dir);
      return true;
    });
  }
}

const removeTimeoutMs = 10_000;

/** The files in a control group can't be removed and needn't be: rmdir takes the group. */
function removeTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(dir, entry.name));
  }
  rmdirSync(dir);
}
