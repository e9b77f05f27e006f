import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Data, execute } from './memory.ts';

export interface Journal {
  readonly data: Data;
  /** Keeps a command that changed the data. It is in the file when this returns: a kill loses nothing. */
  readonly keep: (words: readonly string[]) => void;
}

/** Opens the file of commands and plays them again. A last line that a kill cut off is left out. */
export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true });
  const data: Data = new Map();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const cutOff = lines.pop() ?? '';
  for (const line of lines) {
    const words = parse(line);
    if (words) execute(data, words);
  }
  appendFileSync(file, cutOff === '' ? '' : '\n');
  return { data, keep: (words) => appendFileSync(file, `${JSON.stringify(words)}\n`) };
}

function parse(line: string): readonly string[] | undefined {
  try {
    return JSON.parse(line) as string[];
  } catch {
    return undefined;
  }
}
