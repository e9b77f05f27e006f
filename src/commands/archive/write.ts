import { createHash } from 'node:crypto';
import { constants, type FileHandle, open, rm, stat } from 'node:fs/promises';
import { BootError } from '../../base/errors.ts';
import { renameLasting } from '../../base/place-file.ts';
import { type Manifest, type Member, manifestPath, renderManifest, renderSums, sumsPath } from '../../plan/archive.ts';
import { blockBytes, encodeHeader, endOfArchive, paddingBytes } from '../../plan/tar-header.ts';
import { fileError } from './file-errors.ts';
import { readArchive } from './read.ts';

/** Takes the next bytes of a member. */
export type Sink = (chunk: Uint8Array) => Promise<void>;

/** An archive in the making. Whatever fails is told as a BootError, with the file as its object. */
export interface ArchiveWriter {
  /**
   * Adds a member as long as its bytes come; its size is written in front of it afterwards. Where `fill` throws, what
   * it has written counts for nothing, and the member may be added again.
   */
  add<T>(path: string, fill: (sink: Sink) => Promise<T>): Promise<{ readonly member: Member; readonly result: T }>;
  /**
   * Completes it, reads it all once more to prove that the disk has what was written, and only then gives it its name.
   * @returns its size
   */
  finish(content: Omit<Manifest, 'format' | 'members'>): Promise<number>;
  /** Takes away what is there, unless it is finished. */
  discard(): Promise<void>;
}

/** Only its owner may read it: settings may hold passwords. */
const fileMode = 0o600;

/**
 * Begins an archive, as `FILE.partial` until it is complete. One that an earlier run left behind is written over.
 * @param date the time that its members bear
 * @throws BootError `usage` when there is such a file already, or none can be made there
 */
export async function writeArchive(path: string, date: Date): Promise<ArchiveWriter> {
  const partial = `${path}.partial`;
  const { O_CREAT, O_RDWR, O_TRUNC, O_NOFOLLOW } = constants;
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, partial, 'rollout');
    }
  };
  let file: FileHandle | undefined;
  try {
    await refuseExisting(path);
    file = await open(partial, O_CREAT | O_RDWR | O_TRUNC | O_NOFOLLOW, fileMode);
    // One that was there keeps its mode.
    await file.chmod(fileMode);
  } catch (error) {
    await file?.close();
    throw fileError(error, partial, 'usage');
  }
  const handle = file;
  const members: Member[] = [];
  let endBytes = 0;

  const add: ArchiveWriter['add'] = (memberPath, fill) =>
    told(async () => {
      const startBytes = endBytes + blockBytes;
      const hash = createHash('sha256');
      let sizeBytes = 0;
      await handle.truncate(endBytes);
      const result = await fill(async (chunk) => {
        hash.update(chunk);
        await writeAll(handle, chunk, startBytes + sizeBytes);
        sizeBytes += chunk.length;
      });
      const member = { path: memberPath, sizeBytes, sha256: hash.digest('hex') };
      await writeAll(handle, encodeHeader(member, date.getTime()), endBytes);
      endBytes = startBytes + sizeBytes + paddingBytes(sizeBytes);
      await handle.truncate(endBytes);
      members.push(member);
      return { member, result };
    });
  const addText = (memberPath: string, text: string) => add(memberPath, (sink) => sink(Buffer.from(text)));

  return {
    add,
    finish: async (content) => {
      await addText(manifestPath, renderManifest({ ...content, members: [...members] }));
      await addText(sumsPath, renderSums(members));
      await told(async () => {
        await writeAll(handle, endOfArchive, endBytes);
        await handle.sync();
        await handle.close();
      });
      await (await readArchive(partial)).close();
      await told(() => renameLasting(partial, path));
      return endBytes + endOfArchive.length;
    },
    discard: async () => {
      await handle.close().catch(() => undefined);
      await rm(partial, { force: true }).catch(() => undefined);
    },
  };
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!found) return;
  throw new BootError({
    exit: 'usage',
    object: path,
    cause: found.isDirectory() ? 'it is a directory' : 'there is such a file already, and it may be the only backup',
    hint: found.isDirectory() ? 'Give it the name of a file.' : 'Take another name, or move the file away.',
  });
}

/** A write may stop short where a disk is nearly full; the next one then says so. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
