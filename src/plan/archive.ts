import * as z from 'zod';

/**
 * What a backup is: a plain tar, so that any tar opens it and `sha256sum -c SHA256SUMS` proves it.
 *
 *   consul/keys.json            every key of the registry, as `consul kv import` reads it
 *   volumes/<claim>.tar.gz      what a volume holds, with modes and the owners' numbers
 *   manifest.json               of what installation, by which program, when
 *   SHA256SUMS                  a digest for each of the above
 *
 * It is not compressed as a whole, since its parts are: so each is found without reading the others, and its size, known
 * only when it has come, can be written in front of it. The digests stand last. They come into being when all the rest
 * is written, so an archive that ends too early has none, and is known as incomplete before anything is touched.
 *
 * The volumes are the truth: the registry's own volume holds its keys, and a restored registry starts with it as after
 * any stop. keys.json is for whoever wants to look at a setting or take the keys to another registry.
 */

export const manifestPath = 'manifest.json';
export const sumsPath = 'SHA256SUMS';
export const keysPath = 'consul/keys.json';

/** Where an archive has a volume's content. */
export function volumePath(claim: string): string {
  return `volumes/${claim}.tar.gz`;
}

/** Changes when an older program could misread what a newer one writes. */
const format = 'edgex-boot/backup/v1';

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

const volume = z.strictObject({
  claim: name,
  /** What it takes when unpacked. */
  contentKiB: z.int().min(0),
  /** In whose name the service runs and its files are written; absent where its image decides. */
  uid: z.int().optional(),
  gid: z.int().optional(),
});

const member = z.strictObject({
  path: z.string(),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifest = z.strictObject({
  format: z.literal(format),
  /** The version of the program that made it. */
  program: z.string(),
  release: z.string(),
  version: z.string(),
  database: z.enum(['mongo', 'redis']),
  namespace: name,
  /** ISO 8601, UTC. */
  madeAt: z.string(),
  /** What was installed. */
  services: z.array(name).readonly(),
  /** How many keys the registry had; absent when it did not run, so that they are in its volume only. */
  keys: z.int().optional(),
  volumes: z.array(volume).readonly(),
  /** What stands before the manifest. */
  members: z.array(member).readonly(),
});

export type Manifest = z.infer<typeof manifest>;
export type Member = z.infer<typeof member>;
export type VolumeRecord = z.infer<typeof volume>;

export function renderManifest(content: Omit<Manifest, 'format'>): string {
  return `${JSON.stringify({ format, ...content }, undefined, 2)}\n`;
}

/** Reads a manifest. Undefined for one that this program doesn't know: another format, or a newer one. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    return manifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The digests as `sha256sum` writes and checks them. */
export function renderSums(members: readonly Pick<Member, 'path' | 'sha256'>[]): string {
  return members.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** A key with its value in base64, since it may be any bytes. */
export interface ExportedKey {
  readonly key: string;
  readonly flags: number;
  readonly value: string;
}

/** The keys in the form that `consul kv export` gives. */
export function renderKeys(keys: readonly ExportedKey[]): string {
  return `${JSON.stringify(keys, undefined, 2)}\n`;
}
