import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { BootError, type ExitName, exitCodes } from './base/errors.ts';
import type { Output, Program } from './commands/program.ts';
import { run, tellFailure } from './commands/run.ts';
import { askLine } from './commands/terminal.ts';

/**
 * The only file that touches `process`. The exit code is set, not taken: an exit on the spot would cut output that is
 * still on its way through a pipe.
 */

const signals = { SIGINT: 'interrupted', SIGTERM: 'terminated', SIGHUP: 'interrupted' } as const;

/** A live view hides it. */
const showCursor = '\x1b[?25h';

const stop = new AbortController();
for (const [signal, exit] of Object.entries(signals)) process.on(signal, () => end(signal, exit));
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);

const program: Program = {
  env: process.env,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  runName: `${hostname()}, process ${process.pid} (${randomUUID().slice(0, 8)})`,
  secrets: new Set(),
  signal: stop.signal,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
};
// Node would print what nobody caught as it is, with whatever its message holds.
process.on('uncaughtException', async (error) => process.exit(await tellFailure(error, program)));

// A run that never comes to its end has not gone well.
process.exitCode = exitCodes.internal;
run(process.argv.slice(2), program).then((code) => {
  process.exitCode = code;
});

/** The first signal ends the run in good order, the second one at once. */
function end(signal: string, exit: ExitName): void {
  if (stop.signal.aborted) {
    if (process.stderr.isTTY) process.stderr.write(showCursor);
    process.exit(exitCodes[exit]);
  }
  stop.abort(
    new BootError({
      exit,
      object: 'edgex-boot',
      cause: `stopped by ${signal}; what is applied stays, and goes on by itself`,
      hint: 'Run it again: it goes on where it stopped.',
    }),
  );
}

function ask(question: string): Promise<string> {
  const write = (text: string) => process.stderr.write(text);
  return askLine(question, { input: process.stdin, write, signal: stop.signal });
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? 0,
    rows: () => stream.rows ?? 0,
  };
}

/** Whoever reads may have seen enough, as `head` has. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
