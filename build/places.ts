import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** What is built. */
export const dist = join(root, 'dist');

/** What is kept between builds; removing it costs time only. */
export const cache = join(root, '.cache');

/** The architectures of edge nodes that the npm packages have Node's program for, in Node's own words. */
export const architectures = ['x64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** This machine's. */
export const ownArchitecture: Architecture | undefined =
  process.platform === 'linux' ? architectures.find((architecture) => architecture === process.arch) : undefined;

/** Name of an executable file. */
export const executableName = (architecture: Architecture): string => `edgex-boot-linux-${architecture}`;
