import { initOf } from '../../lab/node.ts';
import { run } from '../../lab/run.ts';

/** Runs a command in the first node's own view of its file systems. */
export async function labProcess(command: readonly string[]): Promise<void> {
  const pid = initOf(1);
  if (pid === undefined) throw new Error('node1 is off');
  await run(['nsenter', '--target', String(pid), '--mount', ...command]);
}
