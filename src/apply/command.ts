import { spawn } from 'node:child_process';

/** How a program of this machine ended. */
export interface CommandEnd {
  /** Its exit code; the system's word where it could not be run at all. */
  readonly ended: number | string;
  /** The last lines that it said. */
  readonly lastWords: readonly string[];
}

const keptCharacters = 4_000;
const keptLines = 8;

/**
 * Runs a program and waits for its end. It gets nothing of our environment but what is given.
 * @param heard whose words count
 * @throws the signal's reason
 */
export function runCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
  heard: readonly ('stdout' | 'stderr')[] = ['stdout', 'stderr'],
): Promise<CommandEnd> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk) => {
        if (heard.includes(name)) words = `${words}${chunk}`.slice(-keptCharacters);
      });
    }
    const end = (ended: number | string): void =>
      resolve({ ended, lastWords: words.trim().split('\n').slice(-keptLines) });
    child.on('error', (error: NodeJS.ErrnoException) =>
      signal.aborted ? reject(signal.reason) : end(error.code ?? 'unknown'),
    );
    child.on('close', (code, killedBy) => end(code ?? killedBy ?? 'unknown'));
  });
}
