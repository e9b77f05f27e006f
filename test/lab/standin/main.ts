import { setTimeout as delay } from 'node:timers/promises';
import { parseFaults } from './faults.ts';
import { makeLog } from './log.ts';
import { type Row, rows } from './rows.ts';
import { type Environment, forever, makeStage } from './stage.ts';

/** Plays the image named by the first argument; see README.md. Resolves with the exit code, or never. */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  const [image = '', ...given] = argv;
  const row = rows[image];
  if (!row) {
    process.stderr.write(`no stand-in for ${image}; known: ${Object.keys(rows).join(', ')}\n`);
    return 2;
  }
  const faults = parseFaults(env.STANDIN_FAULT);
  const log = makeLog(row.app, (line) => process.stdout.write(line));
  const stage = makeStage({ args: given.length > 0 ? given : (row.args ?? []), env, faults, log });
  stopOnSignal(row, env);
  if (faults.exit !== undefined) return faults.exit;
  if (faults.crashAfterMs !== undefined) setTimeout(() => process.exit(1), faults.crashAfterMs);
  if (faults.slowMs > 0) await delay(faults.slowMs);
  return (await row.play(stage)) ?? forever();
}

/** As the first process of its container it would get no signal that it doesn't ask for. */
function stopOnSignal(row: Row, env: Environment): void {
  const slow = row.ignoresStop && env.STANDIN_SLOW_STOP === 'true';
  const stop = (): void => {
    if (!slow) process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
