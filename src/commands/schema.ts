import { siteFileSchema } from '../options/schema.ts';
import { siteSectionsSchema } from '../plan/site.ts';
import type { Work } from './program.ts';

/** Prints the JSON Schema of a site file, for editors and for checks before anything is rolled out. */
export const schema: Work = async (_options, { stdout }) => {
  stdout.write(`${JSON.stringify(siteFileSchema(siteSectionsSchema()), null, 2)}\n`);
  return 'done';
};
