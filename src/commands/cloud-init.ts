import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { BootError, isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import type { SourceYaml } from '../base/source-yaml.ts';
import { type Options, resolveOptions, type SiteGiven } from '../options/resolve.ts';
import { makePlan } from '../plan/plan.ts';
import type { Site } from '../plan/site.ts';
import { parseWish, type StorageWish } from '../plan/storage-wish.ts';
import { type Download, renderCloudInit, sitePath } from '../report/cloud-init.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { warningsOnly } from './reporting.ts';
import { readBeside, readSite } from './site.ts';

/** Prints user-data that installs this site on a node at its first boot. */
export const cloudInit: Work = async (options, program) => {
  const { site, withK3s: k3s, webhook } = options;
  const text = site && readFileSync(site.source.file, 'utf8');
  requirePlan(
    site && text !== undefined ? readSite(site.source.file, text) : undefined,
    warningsOnly(options, program),
  );
  const binary = binaryOf(options);
  program.stdout.write(
    renderCloudInit({
      ...(text === undefined ? {} : { site: text }),
      files: site ? filesOf(site.site, site.source) : {},
      ...(binary ? { binary } : {}),
      ...(k3s === undefined ? {} : { k3s }),
      ...(webhook === undefined ? {} : { webhook }),
    }),
  );
  return 'done';
};

/**
 * What only a cluster can choose, to a storage that gives objects of the same names: NFS has a volume for each claim as
 * local volumes do, which `auto` may come to; those that are there are nobody's to patch, as with a class.
 */
const standIns: Partial<Record<StorageWish['kind'], string>> = {
  local: 'nfs://server/path',
  auto: 'nfs://server/path',
  existing: 'auto',
};

/**
 * What would fail on every node is told here: makes the plans that `install` makes of a site file. What nodes of one
 * architecture alone would refuse is a warning, since there may be none of these.
 * @throws BootError as `resolveOptions`, `loadRelease` and `makePlan`
 */
function requirePlan(given: SiteGiven | undefined, emit: Emit): void {
  const options = resolveOptions('install', [], {}, given);
  const { site: _laidOver, ...wishes } = options;
  const loaded = loadRelease(options);
  const input = { ...wishes, ...loaded, storage: standIns[parseWish(options.storage).kind] ?? options.storage };
  const refusals = loaded.release.architectures.flatMap((architecture) => {
    try {
      makePlan({ ...input, architecture });
      return [];
    } catch (error) {
      if (!isBootError(error)) throw error;
      return [{ architecture, error }];
    }
  });
  const [first] = refusals;
  if (first && refusals.length === loaded.release.architectures.length) throw first.error;
  for (const { architecture, error } of refusals) {
    const { object, cause, hint } = error.details;
    const message = `nodes that are ${architecture} would refuse it: ${cause}`;
    emit({ type: 'warning', object, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** What isn't proven to be the program must not be run as root on a thousand nodes. */
function binaryOf({ binaryUrl: url, binarySha256: sha256 }: Options): Download | undefined {
  if (url === undefined && sha256 === undefined) return undefined;
  if (url !== undefined && sha256 !== undefined) return { url, sha256 };
  const [given, missing] =
    url === undefined ? ['--binary-sha256', '--binary-url'] : ['--binary-url', '--binary-sha256'];
  throw new BootError({
    exit: 'usage',
    object: given,
    cause: `${missing} is missing`,
    hint: 'Give both: the release has the digests in SHA256SUMS. Without either the program is on the image.',
  });
}

/** The files that the site file names, to lie beside it on the node as they do here. */
function filesOf({ services = {} }: Site, source: SourceYaml): Readonly<Record<string, string>> {
  const paths = Object.values(services).flatMap(({ files = {} }) =>
    Object.values(files).flatMap((file) => (typeof file === 'string' ? [] : [file.file])),
  );
  return Object.fromEntries(
    paths.map((path) => [isAbsolute(path) ? path : resolve(dirname(sitePath), path), readBeside(source, path)]),
  );
}
