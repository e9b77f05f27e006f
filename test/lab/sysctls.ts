import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from './places.ts';

/** Settings of the whole machine that the kubelet changes without asking. */
const names = [
  ...['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes'],
];

const file = join(stateDir, 'sysctls.json');
const pathOf = (name: string): string => join('/proc/sys', name);

/** Notes the machine's settings before the first kubelet starts. */
export function saveSysctls(): void {
  if (existsSync(file)) return;
  const found = names.filter((name) => existsSync(pathOf(name)));
  writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(found.map((name) => [name, readFileSync(pathOf(name), 'utf8')]))),
  );
}

/** Puts them back. */
export function restoreSysctls(): void {
  if (!existsSync(file)) return;
  const saved: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
  for (const [name, value] of Object.entries(saved)) writeFileSync(pathOf(name), value);
}
