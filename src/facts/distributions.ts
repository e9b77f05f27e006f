import { parse } from 'yaml';
import { z } from 'zod';
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

/** The distributions that this program knows, in the order in which they are tried. */
export function loadDistributions(): readonly Distribution[] {
  return schema.parse(parse(readAsset('distributions.yaml'))).distributions;
}
