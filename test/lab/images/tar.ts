/** An entry of a tar archive. Paths are relative and without `./`; directories come before what is in them. */
export type TarEntry = {
  readonly path: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
} & ({ readonly data: Uint8Array } | { readonly link: string } | { readonly directory: true });

const block = 512;

/**
 * The archive's bytes, piece by piece, in the POSIX ustar format. The same entries give the same bytes: every time is
 * 0 and the order is that of the entries.
 * @throws Error for a path that is too long for the format (100 characters after the last cut in 155)
 */
export function* tarPieces(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const entry of entries) {
    yield header(entry);
    if (!('data' in entry)) continue;
    yield entry.data;
    yield new Uint8Array(padding(entry.data.length));
  }
  yield new Uint8Array(2 * block);
}

/** The same in one piece. */
export const tar = (entries: Iterable<TarEntry>): Uint8Array => Buffer.concat([...tarPieces(entries)]);

/** What is missing to a whole block. */
const padding = (size: number): number => (block - (size % block)) % block;

function header(entry: TarEntry): Uint8Array {
  const bytes = Buffer.alloc(block);
  const directory = 'directory' in entry;
  const [prefix, name] = split(directory ? `${entry.path}/` : entry.path);
  const octal = (value: number, at: number, length: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  bytes.write(name, 0);
  octal(entry.mode ?? (directory ? 0o755 : 'link' in entry ? 0o777 : 0o644), 100, 8);
  octal(entry.uid ?? 0, 108, 8);
  octal(entry.gid ?? 0, 116, 8);
  octal('data' in entry ? entry.data.length : 0, 124, 12);
  octal(0, 136, 12); // modified at
  bytes.write(directory ? '5' : 'link' in entry ? '2' : '0', 156);
  if ('link' in entry) bytes.write(entry.link, 157);
  bytes.write('ustar\u000000', 257, 'latin1');
  bytes.write(prefix, 345);
  // The checksum is counted with its own field full of blanks.
  bytes.fill(' ', 148, 156);
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  bytes[154] = 0;
  return bytes;
}

/** A path as prefix and name: ustar has 155 and 100 bytes for them. */
function split(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
    const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
    if (name && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new Error(`${path}: too long for a tar archive`);
}
