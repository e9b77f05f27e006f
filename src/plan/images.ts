import { chooseDatabase } from './database.ts';
import type { Architecture, Database, Release } from './release.ts';
import { imageFor, selectServices } from './select.ts';

export interface ImageWish {
  readonly database: Database | 'auto';
  readonly with: readonly string[];
  readonly without: readonly string[];
  /** As {@link guestImages} takes it. */
  readonly mqttCheck?: string | undefined;
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
      const guests = guestImages(release, architecture, wish.mqttCheck);
      return [architecture, [...new Set([...images, ...guests])].toSorted()];
    }),
  );
}

/**
 * The images of what a check of the export may start for its own time: the service that exports, and a broker where none
 * is named.
 * @param check as `--mqtt-check` has it: the URL of a broker, or `auto`; undefined where nothing is checked
 */
export function guestImages(
  { services }: Release,
  architecture: Architecture,
  check: string | undefined,
): readonly string[] {
  if (check === undefined) return [];
  const rows = Object.entries(services);
  const exporter = rows.find(([, row]) => row.exports);
  const broker = check === 'auto' ? rows.find(([, row]) => row.role === 'broker') : undefined;
  return [exporter, broker].flatMap((guest) => (guest ? [imageFor(...guest, architecture)] : []));
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
