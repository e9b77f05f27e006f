import { chooseDatabase } from './database.ts';
import type { Architecture, Database, Release } from './release.ts';
import { imageFor, selectServices } from './select.ts';

export interface ImageWish {
  readonly database: Database | 'auto';
  readonly with: readonly string[];
  readonly without: readonly string[];
}

/** Architecture to the images that an installation on it takes, each once, in the order of their names. */
export type ImageList = Readonly<Partial<Record<Architecture, readonly string[]>>>;

/** The images of an installation, for each architecture of the release: what a mirror or an archive must hold. */
export function listImages(release: Release, wish: ImageWish): ImageList {
  return Object.fromEntries(
    release.architectures.map((architecture) => {
      const database = chooseDatabase(release, wish.database, architecture);
      const services = selectServices(release, { ...wish, database, architecture });
      const images = [...services].map(([name, row]) => imageFor(name, row, architecture));
      return [architecture, [...new Set(images)].toSorted()];
    }),
  );
}

/**
 * An image's full name, as containerd has it: `redis:5` is `docker.io/library/redis:5`. The rule is that of Docker's
 * references: what stands before the first slash is a host when it could be none but one.
 */
export function fullImageName(image: string): string {
  const host = hostOf(image);
  if (host !== undefined) return image;
  return `${defaultHost}/${image.includes('/') ? '' : 'library/'}${image}`;
}

/** The registry that an image names; undefined where it names none. */
export function hostOf(image: string): string | undefined {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (first === 'localhost' || /[.:]/.test(first)) ? first : undefined;
}

const defaultHost = 'docker.io';

/** What is missing on all of these nodes, and where it is pulled from. */
export interface MissingImages {
  readonly images: readonly string[];
  readonly registries: readonly string[];
}

/** The images of an installation that none of the nodes says it has, each once. */
export function missingImages(
  images: Iterable<string>,
  nodes: readonly { readonly images: readonly string[] }[],
): MissingImages {
  const there = new Set(nodes.flatMap((node) => node.images.map(fullImageName)));
  const missing = [...new Set(images)].filter((image) => !there.has(fullImageName(image)));
  return { images: missing, registries: [...new Set(missing.map((image) => hostOf(image) ?? defaultHost))] };
}
