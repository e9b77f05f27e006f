import * as z from 'zod';
import type { SourceYaml } from '../base/source-yaml.ts';
import { deviceService, envName, resources, toleration } from './release.ts';

/**
 * What a site file holds beside the options: what differs from site to site and takes more than a word on a command
 * line. Names of services are those of the release, or their short names. docs/site.md explains the fields.
 */

const scalar = z.union([z.string(), z.number(), z.boolean()], 'a text, a number, or true or false');
type Settings = z.infer<typeof scalar> | { readonly [name: string]: Settings };
const settings: z.ZodType<Settings> = z.lazy(() => z.union([scalar, z.record(z.string(), settings)]));

const placement = z.strictObject({
  nodeSelector: z.record(z.string(), z.string()).optional(),
  tolerations: z.array(toleration).optional(),
});

/** A secret's value stays in its Secret; only its name is written here. */
const env = z.union(
  [scalar, z.strictObject({ secret: z.string().min(1), key: z.string().min(1) })],
  'a text, or { secret: NAME, key: KEY }',
);

/** Either the text itself, or where it is: relative to the site file. */
const file = z.union([z.string(), z.strictObject({ file: z.string().min(1) })], "the file's text, or { file: PATH }");

const service = z.strictObject({
  image: z.string().min(1).optional(),
  env: z.record(envName, env).optional(),
  resources: resources.partial().optional(),
  replicas: z.int().min(1, '1 or more; `without` leaves out a whole service').max(20).optional(),
  settings: z.record(z.string(), settings).optional(),
  files: z.record(z.string().startsWith('/', 'an absolute path in the container'), file).optional(),
  ...placement.shape,
});

const exposure = z.strictObject({
  kind: z.enum(['none', 'LoadBalancer', 'NodePort', 'Ingress'], 'none, LoadBalancer, NodePort or Ingress'),
  /** Without it: what the release has for people to look at. */
  services: z.array(z.string()).min(1).optional(),
  host: z.string().min(1).optional(),
  class: z.string().min(1).optional(),
});

/** A JSON merge patch on one rendered object, as the last resort. */
const patch = z.strictObject({
  kind: z.string(),
  name: z.string(),
  patch: z.record(z.string(), z.unknown()),
});

/** The sections of a site file, by their keys. */
export const siteSchema = z.strictObject({
  /** Names the site in reports. */
  site: z.string().min(1).max(100).optional(),
  services: z.record(z.string(), service).optional(),
  deviceServices: z.record(z.string(), deviceService).optional(),
  placement: placement.optional(),
  imagePullSecrets: z.array(z.string().min(1)).optional(),
  exposure: exposure.optional(),
  patches: z.array(patch).optional(),
});

/** The sections as parts of a JSON Schema. */
export function siteSectionsSchema(): {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly $defs?: Readonly<Record<string, unknown>>;
} {
  const { properties, $defs } = z.toJSONSchema(siteSchema, { io: 'input' });
  return { properties: properties ?? {}, ...($defs ? { $defs } : {}) };
}

export type Site = z.infer<typeof siteSchema>;
export type SiteService = z.infer<typeof service>;
export type Exposure = z.infer<typeof exposure>;
export type SitePatch = z.infer<typeof patch>;

/** A site, and where it was read from. */
export interface LoadedSite {
  readonly source: SourceYaml;
  readonly site: Site;
}
