/**
 * Headers of tar (POSIX ustar), as far as an archive of plain files needs them. A size that ustar's octal digits can't
 * hold, 8 GiB and more, is written in base 256, which every tar in use reads.
 */

export const blockBytes = 512;

export interface TarEntry {
  readonly path: string;
  readonly sizeBytes: number;
}

interface Field {
  readonly at: number;
  readonly length: number;
}

const fields = {
  name: { at: 0, length: 100 },
  mode: { at: 100, length: 8 },
  uid: { at: 108, length: 8 },
  gid: { at: 116, length: 8 },
  size: { at: 124, length: 12 },
  time: { at: 136, length: 12 },
  checksum: { at: 148, length: 8 },
  type: { at: 156, length: 1 },
  magic: { at: 257, length: 8 },
} as const satisfies Record<string, Field>;

const regular = '0';
const magic = 'ustar\x0000';
const base256 = 0x80;

/**
 * The header of a file that only its owner may read.
 * @param timeMs since 1970
 */
export function encodeHeader({ path, sizeBytes }: TarEntry, timeMs: number): Buffer {
  if (Buffer.byteLength(path) > fields.name.length) throw new Error(`too long for a tar header: ${path}`);
  const header = Buffer.alloc(blockBytes);
  header.write(path, fields.name.at);
  writeOctal(header, fields.mode, 0o600);
  writeOctal(header, fields.uid, 0);
  writeOctal(header, fields.gid, 0);
  writeSize(header, sizeBytes);
  writeOctal(header, fields.time, Math.floor(timeMs / 1000));
  header.write(regular, fields.type.at);
  header.write(magic, fields.magic.at, 'latin1');
  header.write(`${octal(checksumOf(header), 6)}\0 `, fields.checksum.at);
  return header;
}

/** Reads a header; undefined for anything but that of a plain file. */
export function decodeHeader(header: Uint8Array): TarEntry | undefined {
  const buffer = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  if (buffer.length < blockBytes || readOctal(buffer, fields.checksum) !== checksumOf(buffer)) return undefined;
  const type = buffer[fields.type.at];
  if (type !== 0 && type !== regular.charCodeAt(0)) return undefined;
  return { path: readText(buffer, fields.name), sizeBytes: readSize(buffer) };
}

/** How many bytes fill a file up to whole blocks. */
export function paddingBytes(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** What stands behind the last file. */
export const endOfArchive = Buffer.alloc(2 * blockBytes);

/** The sum of all bytes, with blanks in place of the sum itself. */
function checksumOf(header: Uint8Array): number {
  const { at, length } = fields.checksum;
  return header.reduce((sum, byte, index) => sum + (index >= at && index < at + length ? 0x20 : byte), 0);
}

function writeSize(header: Buffer, sizeBytes: number): void {
  const { at, length } = fields.size;
  if (sizeBytes < 8 ** (length - 1)) writeOctal(header, fields.size, sizeBytes);
  else {
    header[at] = base256;
    header.writeBigUInt64BE(BigInt(sizeBytes), at + length - 8);
  }
}

function readSize(header: Buffer): number {
  const { at, length } = fields.size;
  if (header[at] === base256) return Number(header.readBigUInt64BE(at + length - 8));
  return readOctal(header, fields.size);
}

function writeOctal(header: Buffer, { at, length }: Field, value: number): void {
  header.write(octal(value, length - 1), at);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function readOctal(header: Buffer, field: Field): number {
  return Number.parseInt(readText(header, field).trim() || '0', 8);
}

function readText(header: Buffer, { at, length }: Field): string {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}
