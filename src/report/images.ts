import type { ImageList } from '../plan/images.ts';

/** A line for each image: its name, a blank, and the architectures that it is for. */
export function renderImagesText(list: ImageList): string {
  const architectures = new Map<string, string[]>();
  for (const [architecture, images] of Object.entries(list)) {
    for (const image of images) architectures.set(image, [...(architectures.get(image) ?? []), architecture]);
  }
  return [...architectures].map(([image, each]) => `${image} ${each.join(',')}\n`).join('');
}

/** One JSON object: architecture to its images. */
export function renderImagesJson(list: ImageList): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}
