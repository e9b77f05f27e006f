import { connect, createServer, type Socket } from 'node:net';

/** Splits a socket's bytes into lines and hands each over. */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

export interface Publisher {
  /** Sends to whoever is connected; there is no memory, as with ZeroMQ's PUB. */
  readonly publish: (message: unknown) => void;
  readonly close: () => void;
}

/** Opens a port that carries one JSON document a line. It is not ZeroMQ's protocol: only stand-ins talk over it. */
export async function openPublisher(port: number): Promise<Publisher> {
  const subscribers = new Set<Socket>();
  const server = createServer((socket) => {
    subscribers.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => subscribers.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '0.0.0.0' }, resolve);
  });
  return {
    publish: (message) => {
      for (const socket of subscribers) socket.write(`${JSON.stringify(message)}\n`);
    },
    close: () => {
      for (const socket of subscribers) socket.destroy();
      server.close();
    },
  };
}

export interface Subscription {
  readonly host: string;
  readonly port: number;
  /** Between two attempts to connect. */
  readonly retryMs: number;
  readonly take: (message: string) => void;
  readonly connected?: () => void;
}

/** Connects, and connects again for ever, as ZeroMQ's SUB does without a word. */
export function subscribe(subscription: Subscription): void {
  const { host, port, retryMs, take, connected } = subscription;
  const socket = connect({ host, port, keepAlive: true });
  socket.on('connect', () => connected?.());
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(() => subscribe(subscription), retryMs));
  onLines(socket, take);
}
