import { connect, type Socket } from 'node:net';
import type { Parsed } from './resp.ts';
import type { Reply } from './store.ts';

/** How a database's bytes are written and read. */
export interface Protocol {
  readonly encode: (words: readonly string[]) => string;
  readonly parse: (bytes: Buffer, start: number) => Parsed | undefined;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export interface Connection {
  readonly send: (words: readonly string[]) => Promise<Reply>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** Dials; rejects with the socket's error. Replies come in the order of the commands; a lost socket rejects what waits. */
export function dial(host: string, port: number, timeoutMs: number, protocol: Protocol): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () => fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('error', fail);
      resolve(converse(socket, protocol));
    });
  });
}

function converse(socket: Socket, protocol: Protocol): Connection {
  const waiting: Waiting[] = [];
  let bytes = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('EOF'));
  });
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    let start = 0;
    for (let parsed = protocol.parse(bytes, 0); parsed; parsed = protocol.parse(bytes, start)) {
      start = parsed.end;
      const first = waiting.shift();
      if (parsed.reply instanceof Error) first?.reject(parsed.reply);
      else first?.resolve(parsed.reply);
    }
    bytes = bytes.subarray(start);
  });
  return {
    send: (words) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(protocol.encode(words));
      }),
    isOpen: () => !socket.destroyed,
    close: () => socket.destroy(),
  };
}

/** One connection for all, dialed by `open` when a command needs it, and again after it is lost. */
export function shared(open: () => Promise<Connection>): (...words: readonly string[]) => Promise<Reply> {
  let current: Promise<Connection> | undefined;
  const connection = async (): Promise<Connection> => {
    const live = await current?.catch(() => undefined);
    if (live?.isOpen()) return live;
    current = open();
    return current;
  };
  return async (...words) => (await connection()).send(words);
}
