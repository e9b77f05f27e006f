import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { BootError } from '../../base/errors.ts';
import { type Manifest, type Member, manifestPath, parseManifest, renderSums, sumsPath } from '../../plan/archive.ts';
import { blockBytes, decodeHeader, paddingBytes, type TarEntry } from '../../plan/tar-header.ts';
import { fileError } from './file-errors.ts';

/** An archive of which every byte has been read and found to be what was written. */
export interface ArchiveReader {
  readonly manifest: Manifest;
  readonly members: ReadonlyMap<string, Member>;
  /** A member's bytes, piece by piece. */
  read(path: string): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

interface PlacedEntry extends TarEntry {
  readonly at: number;
}

const pieceBytes = 256 * 1024;
/** Of the members that are read as a whole. */
const maxTextBytes = 16 * 1024 * 1024;

/**
 * Opens an archive and checks it to its last byte.
 * @throws BootError `preflight` when it can't be read, is not one of this program's, ends too early, or is damaged
 */
export async function readArchive(path: string): Promise<ArchiveReader> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await checkArchive(file, path);
  } catch (error) {
    await file?.close();
    throw fileError(error, path, 'preflight');
  }
}

async function checkArchive(file: FileHandle, path: string): Promise<ArchiveReader> {
  const entries = await listEntries(file, path);
  const members = new Map<string, Member>();
  for (const entry of entries) members.set(entry.path, { ...entry, sha256: await digestOf(file, entry) });
  const textOf = async (entryPath: string): Promise<string> => {
    const entry = entries.find((each) => each.path === entryPath);
    if (!entry || entry.sizeBytes > maxTextBytes) return '';
    return (await Array.fromAsync(readEntry(file, entry))).join('');
  };

  const sums = await textOf(sumsPath);
  const summed = [...members.values()].filter((member) => member.path !== sumsPath);
  const manifest = parseManifest(await textOf(manifestPath));
  if (sums !== renderSums(summed)) {
    const damaged = summed.find(({ path: name, sha256 }) => !sums.includes(`${sha256}  ${name}\n`));
    throw refusal(path, `it is damaged: ${damaged?.path ?? sumsPath} is not what was written`, anotherHint);
  }
  if (!manifest) {
    throw refusal(path, 'this program does not know its form', 'Take the program that made it, or a newer one.');
  }
  return {
    manifest,
    members,
    read: (entryPath) => {
      const entry = entries.find((each) => each.path === entryPath);
      if (!entry) throw refusal(path, `${entryPath} is missing in it`, anotherHint);
      return readEntry(file, entry);
    },
    close: () => file.close(),
  };
}

/** Where each member stands, up to the digests, which are the last one. */
async function listEntries(file: FileHandle, path: string): Promise<readonly PlacedEntry[]> {
  const { size } = await file.stat();
  const entries: PlacedEntry[] = [];
  let at = 0;
  while (entries.at(-1)?.path !== sumsPath) {
    const header = await readBlock(file, at);
    const entry = header && decodeHeader(header);
    if (!entry && entries.length === 0 && size > 0) {
      throw refusal(path, 'it is no archive that edgex-boot made', 'Give it a file that `edgex-boot backup` wrote.');
    }
    if (!entry || at + blockBytes + entry.sizeBytes > size) {
      throw refusal(path, `it is not complete: it ends after ${size} bytes`, anotherHint);
    }
    entries.push({ ...entry, at: at + blockBytes });
    at += blockBytes + entry.sizeBytes + paddingBytes(entry.sizeBytes);
  }
  return entries;
}

const anotherHint = 'Copy it again from where it was made, or take another one. Nothing was changed.';

function refusal(path: string, cause: string, hint: string): BootError {
  return new BootError({ exit: 'preflight', object: path, cause, hint });
}

async function readBlock(file: FileHandle, at: number): Promise<Buffer | undefined> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(blockBytes), 0, blockBytes, at);
  return bytesRead === blockBytes ? buffer : undefined;
}

async function digestOf(file: FileHandle, entry: PlacedEntry): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(pieceBytes);
  for await (const piece of readEntry(file, entry, () => buffer)) hash.update(piece);
  return hash.digest('hex');
}

/** @param room for the next piece; by default a new one each time, since the last one may still be on its way */
async function* readEntry(
  file: FileHandle,
  { at, sizeBytes }: PlacedEntry,
  room: () => Buffer = () => Buffer.alloc(pieceBytes),
): AsyncGenerator<Buffer> {
  for (let done = 0; done < sizeBytes; ) {
    const length = Math.min(pieceBytes, sizeBytes - done);
    const { bytesRead, buffer } = await file.read(room(), 0, length, at + done);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}
