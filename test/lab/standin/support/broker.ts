import { createServer, type Socket } from 'node:net';

export interface Message {
  readonly topic: string;
  readonly payload: string;
}

export interface Broker {
  readonly port: number;
  readonly messages: readonly Message[];
  /** The user names and client ids of the connections so far. */
  readonly clients: readonly { readonly id: string; readonly user: string | undefined }[];
  readonly close: () => void;
}

const connect = 1;
const publish = 3;
const ping = 12;

/**
 * An MQTT 3.1.1 broker that takes messages and passes none on: enough to see what is sent to it. One that doesn't
 * acknowledge leaves whoever asks for that waiting.
 */
export async function startBroker(port: number, { acknowledges = true } = {}): Promise<Broker> {
  const messages: Message[] = [];
  const clients: { id: string; user: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let packet = cut(bytes); packet; packet = cut(bytes)) {
        bytes = bytes.subarray(packet.end);
        const { type, flags, body } = packet;
        if (type === connect) {
          clients.push(readConnect(body));
          socket.write(Buffer.from([0x20, 2, 0, 0]));
        }
        if (type === ping) socket.write(Buffer.from([0xd0, 0]));
        if (type !== publish) continue;
        const [topic, afterTopic] = readText(body, 0);
        const withId = (flags & 0b110) !== 0;
        if (withId && acknowledges)
          socket.write(Buffer.concat([Buffer.from([0x40, 2]), body.subarray(afterTopic, afterTopic + 2)]));
        messages.push({ topic, payload: body.toString('utf8', afterTopic + (withId ? 2 : 0)) });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    messages,
    clients,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
  readonly end: number;
}

/** The first packet of the bytes, once it is all there. */
function cut(bytes: Buffer): Packet | undefined {
  let length = 0;
  for (let at = 1, shift = 0; at < bytes.length; at++, shift += 7) {
    const digit = bytes[at] ?? 0;
    length += (digit & 127) << shift;
    if (digit > 127) continue;
    const end = at + 1 + length;
    if (bytes.length < end) return undefined;
    const first = bytes[0] ?? 0;
    return { type: first >> 4, flags: first & 15, body: bytes.subarray(at + 1, end), end };
  }
  return undefined;
}

function readText(bytes: Buffer, at: number): [text: string, end: number] {
  const end = at + 2 + bytes.readUInt16BE(at);
  return [bytes.toString('utf8', at + 2, end), end];
}

/** Protocol name and level, flags, keep-alive, client id, user: no will, which the stand-in never sets. */
function readConnect(body: Buffer): { id: string; user: string | undefined } {
  const [, afterName] = readText(body, 0);
  const hasUser = ((body[afterName + 1] ?? 0) & 0x80) !== 0;
  const [id, afterId] = readText(body, afterName + 4);
  return { id, user: hasUser ? readText(body, afterId)[0] : undefined };
}
