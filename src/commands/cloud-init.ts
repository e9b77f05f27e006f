import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { BootError } from '../base/errors.ts';
import type { SourceYaml } from '../base/source-yaml.ts';
import type { Options } from '../options/resolve.ts';
import type { Site } from '../plan/site.ts';
import { type Download, renderCloudInit, sitePath } from '../report/cloud-init.ts';
import type { Work } from './program.ts';
import { loadRelease } from './release.ts';
import { readBeside } from './site.ts';

/** Prints user-data that installs this site on a node at its first boot. */
export const cloudInit: Work = async (options, { stdout }) => {
  // What would fail on the node is told here.
  loadRelease(options);
  const { site, withK3s: k3s, webhook } = options;
  const binary = binaryOf(options);
  stdout.write(
    renderCloudInit({
      ...(site ? { site: readFileSync(site.source.file, 'utf8') } : {}),
      files: site ? filesOf(site.site, site.source) : {},
      ...(binary ? { binary } : {}),
      ...(k3s === undefined ? {} : { k3s }),
      ...(webhook === undefined ? {} : { webhook }),
    }),
  );
  return 'done';
};

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
