import * as z from 'zod';
import { parseAsset } from '../base/asset-yaml.ts';
import { readAsset } from '../base/assets.ts';

/** The schema of assets/provisioners.yaml; the fields' meanings stand at the head of that file. */
const schema = z.strictObject({
  apiVersion: z.literal('edgex-boot/v1'),
  provisioners: z.array(
    z.strictObject({
      pattern: z.string().regex(/^[\w.\-/*]+$/),
      title: z.string(),
      scope: z.enum(['node', 'network']),
      quirk: z.string(),
    }),
  ),
});

export type Provisioner = z.infer<typeof schema>['provisioners'][number];

const asset = 'provisioners.yaml';

/** The provisioners that this program knows, in the order in which they are tried. */
export function loadProvisioners(): readonly Provisioner[] {
  return parseProvisioners(asset, readAsset(asset));
}

/**
 * Reads a file of provisioners.
 * @param file its name, for the error
 * @throws BootError `internal` with the path of what is wrong: the file is part of the program.
 */
export function parseProvisioners(file: string, text: string): readonly Provisioner[] {
  return parseAsset(file, text, schema).provisioners;
}

/** The first row that fits a class's provisioner. */
export function findProvisioner(provisioner: string, known: readonly Provisioner[]): Provisioner | undefined {
  return known.find(({ pattern }) => {
    const source = pattern.split('*').map(RegExp.escape).join('.*');
    return new RegExp(`^${source}$`).test(provisioner);
  });
}
