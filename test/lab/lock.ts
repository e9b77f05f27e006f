import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** An abstract socket: the kernel holds the name for as long as its owner lives, so no lock is ever left behind. */
const lockName = '\0edgex-boot-lab';
const pauseMs = 200;

/** Runs `work` while no other process on this machine is changing the lab; waits for its turn. */
export async function withLock<T>(log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  let release = await tryLock();
  if (!release) log('another lab command is at work: waiting for it');
  while (!release) {
    await delay(pauseMs);
    release = await tryLock();
  }
  try {
    return await work();
  } finally {
    release();
  }
}

function tryLock(): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(lockName, () => resolve(() => server.close()));
  });
}
