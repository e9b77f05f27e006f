import { readdirSync, readFileSync, realpathSync, statfsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { Space } from './types.ts';

/** What a machine tells of itself. Nothing here throws: what can't be read isn't known. */
export interface SystemFiles {
  /** The text of a file, without the white space around it. */
  read(path: string): string | undefined;
  /** The names in a directory; none where it can't be read. */
  list(path: string): readonly string[];
  /** Where a path leads when all symbolic links are followed. */
  realPath(path: string): string | undefined;
  /** Of the file system that is mounted there. One whose server is gone never answers, so it must not be asked. */
  space(path: string): Space | undefined;
  hostname(): string;
  /** Of all network interfaces. */
  addresses(): readonly string[];
}

/** This machine. */
export const systemFiles: SystemFiles = {
  read: (path) => attempt(() => readFileSync(path, 'utf8').trim()),
  list: (path) => attempt(() => readdirSync(path)) ?? [],
  realPath: (path) => attempt(() => realpathSync(path)),
  space: (path) =>
    attempt(() => {
      const { bsize, blocks, bavail } = statfsSync(path);
      return { sizeBytes: blocks * bsize, freeBytes: bavail * bsize };
    }),
  hostname,
  addresses: () =>
    (attempt(() => Object.values(networkInterfaces())) ?? [])
      .flatMap((each) => each ?? [])
      .map(({ address }) => address),
};

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
