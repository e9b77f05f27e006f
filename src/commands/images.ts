import { listImages } from '../plan/images.ts';
import { renderImagesJson, renderImagesText } from '../report/images.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';

/** Prints the images that an installation takes on each architecture. Asks no cluster. */
export const images: Work = async (options, { stdout }) => {
  const { release } = loadRelease(options);
  const list = listImages(release, options);
  stdout.write(options.output === 'json' ? renderImagesJson(list) : renderImagesText(list));
  return 'done';
};
