import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Asks a question and reads the answer's line; empty when the input ends first. The terminal itself does the editing, so
 * Ctrl-C is the signal that it is everywhere else.
 * @throws the signal's reason when it is aborted first
 */
export async function askLine(
  question: string,
  { input, write, signal }: { readonly input: Readable; write(text: string): void; readonly signal: AbortSignal },
): Promise<string> {
  signal.throwIfAborted();
  const lines = createInterface({ input, terminal: false });
  let stop = (): void => {};
  let hasAnswer = false;
  try {
    write(question);
    return await new Promise<string>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
      lines.once('line', (line) => {
        hasAnswer = true;
        resolve(line);
      });
      lines.once('close', () => resolve(''));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
    // Whatever comes next begins a line of its own.
    if (!hasAnswer) write('\n');
  }
}
