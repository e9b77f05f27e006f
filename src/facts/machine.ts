import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** What the search for a kubeconfig needs of the machine that the program runs on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory by the user database; cloud-init runs programs without HOME. */
  passwdHome(): string | undefined;
  /** False also where a directory on the way may not be entered. */
  exists(path: string): boolean;
  /** @throws NodeJS.ErrnoException */
  read(path: string): string;
}

/** This machine. The environment comes in from where the program starts. */
export function localMachine(env: Machine['env']): Machine {
  return {
    env,
    passwdHome: () => {
      try {
        return userInfo().homedir;
      } catch {
        // A user id without an entry, as in some containers.
        return undefined;
      }
    },
    exists: existsSync,
    read: (path) => readFileSync(path, 'utf8'),
  };
}
