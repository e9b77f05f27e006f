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
