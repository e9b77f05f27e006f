import { readFile } from 'node:fs/promises';
import type { DebianNode, Running } from './debian-node.ts';

/** What systemd does with a unit of type oneshot, as far as the one of `cloud-init` asks for it. */

export interface UnitRun {
  /** The exit code of what failed, or 0; null for what was killed, or took longer than systemd waits. */
  readonly ended: Promise<{ readonly code: number | null; readonly journal: string }>;
  /** Kills what runs at this moment, as a power cut does: nothing of the unit comes after it. */
  cutPower(): void;
}

const unitPath = '/etc/systemd/system/edgex-boot.service';

/** Starts the unit once: with nothing in its environment, nothing to read, and only its own directory to write to. */
export async function startUnit(node: DebianNode): Promise<UnitRun> {
  const unit = await readFile(node.at(unitPath), 'utf8');
  const settings = (name: string): readonly string[] =>
    [...unit.matchAll(/^(\w+)=(.*)$/gm)].flatMap(([, key, value = '']) => (key === name ? [value] : []));
  const isReadOnly = settings('ProtectSystem').includes('strict');
  const state: { running?: Running; isCut: boolean } = { isCut: false };
  let journal = '';

  /** With a limit, what is still running then is killed, and has failed whatever its line says. */
  const carryOut = async (line: string, limitMs?: number): Promise<number | null> => {
    const [, signs = '', command = ''] = /^([-+]*)(.*)$/.exec(line) ?? [];
    const running = node.start(words(command), { isReadOnly: isReadOnly && !signs.includes('+') });
    state.running = running;
    let isLate = false;
    const kill = (): void => {
      isLate = true;
      running.kill('SIGKILL');
    };
    const timer = limitMs === undefined ? undefined : setTimeout(kill, limitMs);
    const { code, stdout, stderr } = await running.ended;
    clearTimeout(timer);
    journal += stdout + stderr;
    if (isLate) return null;
    return signs.includes('-') ? 0 : code;
  };

  const work = async (): Promise<{ readonly code: number | null; readonly journal: string }> => {
    let code: number | null = 0;
    for (const line of [...settings('ExecStartPre'), ...settings('ExecStart')]) {
      if (code === 0 && !state.isCut) code = await carryOut(line);
    }
    const [stopMs] = settings('TimeoutStopSec').map((value) => Number.parseInt(value, 10) * 1_000);
    for (const line of settings('ExecStopPost')) {
      const after = state.isCut ? 0 : await carryOut(line, stopMs);
      if (code === 0) code = after;
    }
    return { code: state.isCut ? null : code, journal };
  };

  return {
    ended: work(),
    cutPower: () => {
      state.isCut = true;
      state.running?.kill('SIGKILL');
    },
  };
}

/** A command line in systemd's own way of quoting. */
function words(line: string): readonly string[] {
  const found = line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  return found.map((word) =>
    (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word)
      .replaceAll('%%', '%')
      .replaceAll('$$', '$'),
  );
}
