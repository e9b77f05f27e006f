import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which is then closed. */
  readonly input?: string | Iterable<Uint8Array>;
}

/**
 * Runs a command to its end.
 * @returns what it wrote to standard output
 * @throws Error with the command, its exit code and the end of its standard error
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString());
      const said = Buffer.concat(err).toString().trim().slice(-2000);
      reject(new Error(`${argv.join(' ').slice(0, 300)}: ended with ${signal ?? code}${said && `\n${said}`}`));
    });
    feed(child.stdin, options.input);
  });
}

function feed(stdin: Writable, input: RunOptions['input']): void {
  // A command that ends without reading all of its input breaks the pipe; its exit code tells the reason.
  stdin.on('error', () => {});
  if (input === undefined || typeof input === 'string') stdin.end(input);
  else pipeline(input, stdin).catch(() => {});
}

/**
 * Asks again and again until the answer isn't undefined or false.
 * @throws Error naming `what` when there is none after `timeoutMs`, with the last error that a question met
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let last = ''; ; await delay(pauseMs)) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s${last}`);
  }
}

const pauseMs = 100;
