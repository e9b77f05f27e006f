import { createSocket } from 'node:dgram';

/** A name server on loopback that knows a few names and denies all others. */
export async function startDns(
  names: Readonly<Record<string, string>>,
): Promise<{ address: string; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => socket.send(respond(question, names), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

const headerLength = 12;

/** The answer to a question of type A: the header, the question again, and the address or "no such name". */
function respond(message: Buffer, names: Readonly<Record<string, string>>): Buffer {
  const labels: string[] = [];
  let at = headerLength;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const address = names[labels.join('.').toLowerCase()];
  const header = Buffer.alloc(headerLength);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(address ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address ? 1 : 0, 6);
  const question = message.subarray(headerLength, at + 5);
  if (!address) return Buffer.concat([header, question]);
  // A pointer to the name of the question, type A, class IN, ten seconds, four bytes.
  const record = Buffer.from([0xc0, headerLength, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, question, record]);
}
