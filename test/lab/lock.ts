import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Who is kept out: other changes of the lab itself, other tests that use it, or others that fill the same directory. */
export type LockName = 'change' | 'test' | 'arm64' | 'browser' | 'debian-node';

/** An abstract socket: the kernel holds the name for as long as its owner lives, so no lock is ever left behind. */
const socketOf = (name: LockName): string => `\0edgex-boot-lab-${name}`;
const pauseMs = 200;

/**
 * Runs `work` while no other process on this machine holds the lock of this name; waits for its turn.
 * @param onWait called once when it has to wait
 */
export async function withLock<T>(name: LockName, onWait: () => void, work: () => Promise<T>): Promise<T> {
  let release = await tryLock(name);
  if (!release) onWait();
  while (!release) {
    await delay(pauseMs);
    release = await tryLock(name);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

function tryLock(name: LockName): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(socketOf(name), () => resolve(() => server.close()));
  });
}
