import * as z from 'zod';
import { parseAsset } from '../base/asset-yaml.ts';
import { readAsset } from '../base/assets.ts';

/** The schema of assets/distributions.yaml; the fields' meanings stand at the head of that file. */
const schema = z.strictObject({
  apiVersion: z.literal('edgex-boot/v1'),
  distributions: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      kubeconfig: z.string().startsWith('/').optional(),
      marks: z
        .strictObject({
          version: z.string().optional(),
          label: z.string().optional(),
          annotation: z.string().optional(),
          provider: z.string().optional(),
        })
        .refine((marks) => Object.keys(marks).length > 0, { message: 'at least one mark' }),
    }),
  ),
});

export type Distribution = z.infer<typeof schema>['distributions'][number];

const asset = 'distributions.yaml';

/** The distributions that this program knows, in the order in which they are tried. */
export function loadDistributions(): readonly Distribution[] {
  return parseDistributions(asset, readAsset(asset));
}

/**
 * Reads a file of distributions.
 * @param file its name, for the error
 * @throws BootError `internal` with the path of what is wrong: the file is part of the program.
 */
export function parseDistributions(file: string, text: string): readonly Distribution[] {
  return parseAsset(file, text, schema).distributions;
}
