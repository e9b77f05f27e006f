import { createHash } from 'node:crypto';
import { type TarEntry, tar, tarPieces } from './tar.ts';

/** A piece of an image: a layer, a configuration or a manifest, under the hash of its content. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
  /** Called when the content is needed: most often the receiver has the large ones already. */
  readonly read: () => Uint8Array;
}

/** How a container of the image starts, in the words of the OCI specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
}

export interface Image {
  /** With the registry, as containerd stores it: `docker.io/library/consul:1.3.1`. */
  readonly name: string;
  readonly manifest: Blob;
  /** All that the manifest leads to, itself included. */
  readonly blobs: readonly Blob[];
}

const mediaType = (kind: string): string => `application/vnd.oci.image.${kind}`;

export function blobOf(data: Uint8Array): Blob {
  const digest = `sha256:${createHash('sha256').update(data).digest('hex')}`;
  return { digest, size: data.length, read: () => data };
}

/** A layer of a few small files. */
export const layerOf = (entries: Iterable<TarEntry>): Blob => blobOf(tar(entries));

/** An image from layers, the lowest first. Layers are tar archives without compression: they never cross a network. */
export function imageOf(name: string, config: ImageConfig, layers: readonly Blob[]): Image {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => layer.digest) };
  const configBlob = jsonBlob({ architecture: 'amd64', os: 'linux', config, rootfs });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: mediaType('manifest.v1+json'),
    config: descriptor('config.v1+json', configBlob),
    layers: layers.map((layer) => descriptor('layer.v1.tar', layer)),
  });
  return { name, manifest, blobs: [manifest, configBlob, ...layers] };
}

const jsonBlob = (value: object): Blob => blobOf(Buffer.from(JSON.stringify(value)));

const descriptor = (kind: string, { digest, size }: Blob) => ({ mediaType: mediaType(kind), digest, size });

/**
 * An archive of images in the OCI layout, piece by piece.
 * @param present digests that the receiver has: an archive without them is enough for it
 */
export function archiveOf(images: readonly Image[], present: ReadonlySet<string> = new Set()): Generator<Uint8Array> {
  return tarPieces(archiveEntries(images, present));
}

function* archiveEntries(images: readonly Image[], present: ReadonlySet<string>): Generator<TarEntry> {
  const manifests = images.map(({ name, manifest }) => ({
    ...descriptor('manifest.v1+json', manifest),
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.replace(/^.*:/, '') },
  }));
  const index = { schemaVersion: 2, mediaType: mediaType('index.v1+json'), manifests };
  yield { path: 'oci-layout', data: Buffer.from('{"imageLayoutVersion":"1.0.0"}') };
  yield { path: 'index.json', data: Buffer.from(JSON.stringify(index)) };
  const blobs = new Map(images.flatMap((image) => image.blobs.map((blob) => [blob.digest, blob] as const)));
  for (const digest of [...blobs.keys()].filter((each) => !present.has(each)).sort()) {
    const data = blobs.get(digest)?.read();
    if (data) yield { path: `blobs/sha256/${digest.slice('sha256:'.length)}`, data };
  }
}
