import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** Is given each piece of standard output as it comes, and the means to end the program. */
  readonly watch?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end and keeps what it printed, whatever its exit code. */
export function capture(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env ?? process.env, cwd: options.cwd });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      options.watch?.(text, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output, elapsedMs: performance.now() - startedMs }));
    child.stdin.end(options.input);
  });
}

/** Runs a program with this one's own input and output. Throws when it fails. */
export function runInherited(command: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: options.env ?? process.env, cwd: options.cwd });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')}: ended with ${signal ?? code}`));
    });
  });
}
