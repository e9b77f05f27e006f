import { dirname } from 'node:path';
import type { Machine } from '../../src/facts/machine.ts';

/** What stands at a path: a file's text, or why it can't be read. */
export type Entry = string | 'EACCES' | 'EISDIR' | 'EIO';

export interface FakeMachine {
  readonly env?: Machine['env'];
  readonly passwdHome?: string;
  readonly files?: Readonly<Record<string, Entry>>;
  /** Directories that this user may not enter. */
  readonly closed?: readonly string[];
}

/** A machine with these files, and in its user database the home directory `passwdHome`. */
export function fakeMachine({ env = {}, passwdHome, files = {}, closed = [] }: FakeMachine = {}): Machine {
  const isClosed = (path: string): boolean => path !== '/' && (closed.includes(path) || isClosed(dirname(path)));
  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code}: a raw message`), { code });
  };
  return {
    env,
    passwdHome: () => passwdHome,
    exists: (path) => !isClosed(path) && files[path] !== undefined,
    read: (path) => {
      if (isClosed(path)) return fail('EACCES');
      const entry = files[path];
      if (entry === undefined) return fail('ENOENT');
      return entry === 'EACCES' || entry === 'EISDIR' || entry === 'EIO' ? fail(entry) : entry;
    },
  };
}
