import { readAsset, readAssets } from '../base/assets.ts';
import { placeOf } from '../base/origin.ts';
import { keyText } from '../base/source-yaml.ts';
import { isTable } from '../base/table.ts';
import type { Options } from '../options/resolve.ts';
import { keysTo } from '../plan/config-tree.ts';
import { type ConfigTrees, type OverridePlace, type Overrides, parseConfigTrees } from '../plan/configuration.ts';
import type { PlanInput } from '../plan/plan.ts';
import { parseRelease, type Release } from '../plan/release.ts';
import { serviceName } from '../plan/select.ts';
import { settingsInEnv } from '../plan/site-env.ts';
import { layOver, mirrored, type SiteRelease } from '../plan/site-release.ts';
import { readBeside } from './site.ts';

/** The release that the program carries, with what the site and the options say of it. */
export interface LoadedRelease {
  readonly release: Release;
  readonly trees: ConfigTrees;
  /** The settings of the site and of `--set`, by the services' full names. */
  readonly overrides: Overrides;
  /** Where each of these was written. */
  readonly overridePlace: OverridePlace;
  readonly site?: NonNullable<PlanInput['site']>;
  /** Where the site file has variables that a service takes at its first start only. */
  readonly firstStartOnly?: readonly string[];
  /** The same with all images from a mirror; absent where the options name one. */
  readonly fromMirror?: (registry: string) => LoadedRelease;
}

type ReleaseOptions = Pick<Options, 'set' | 'registry' | 'site' | 'origins'>;

const name = 'fuji';

/**
 * Reads the release from the program's assets, and lays the site over it.
 * @throws BootError `usage` for a service that the release doesn't have, with its place, and as `layOver` and
 *   `settingsInEnv`
 */
export function loadRelease(options: ReleaseOptions): LoadedRelease {
  const release = readRelease(options.registry);
  const trees = parseConfigTrees(readAssets(`releases/${name}/config`));
  const mirroring =
    options.registry === undefined ? { fromMirror: (registry: string) => loadRelease({ ...options, registry }) } : {};
  if (!options.site) return { release, trees, ...overridesOf(release, options), ...mirroring };
  const { site, source } = options.site;
  const laid = layOver(release, site, source, (path) => readBeside(source, path));
  return {
    release: laid.release,
    trees,
    ...overridesOf(laid.release, options, laid),
    ...mirroring,
    firstStartOnly: settingsInEnv(laid.release, trees, site, source),
    site: { patches: site.patches ?? [], source, ...(laid.exposure ? { exposure: laid.exposure } : {}) },
  };
}

function readRelease(registry: string | undefined): Release {
  const file = `releases/${name}.yaml`;
  return mirrored(parseRelease(file, readAsset(file)), registry);
}

function overridesOf(
  release: Release,
  options: ReleaseOptions,
  site?: Pick<SiteRelease, 'settings' | 'settingPlace'>,
): Pick<LoadedRelease, 'overrides' | 'overridePlace'> {
  const overrides: Record<string, Overrides[string]> = { ...site?.settings };
  const written = new Map<string, string>();
  for (const [word, settings] of Object.entries(options.set)) {
    const service = serviceName(release, placeOfSet(options, word), word);
    overrides[service] = { ...overrides[service], ...settings };
    for (const path of Object.keys(settings)) written.set(`${service}/${path}`, `${word}/${path}`);
  }
  return {
    overrides,
    overridePlace: (service, path) => {
      const text = written.get(`${service}/${path}`);
      return text === undefined && site ? site.settingPlace(service, path) : placeOfSet(options, text ?? path);
    },
  };
}

/** Where a service or a setting of `set` was written; a site file may have it as a tree. */
function placeOfSet({ origins, site }: ReleaseOptions, text: string): string {
  const given = site?.source.value;
  const keys = origins.set.from === 'file' && isTable(given) ? keysTo(given.set, text) : undefined;
  if (!site || !keys) return placeOf(origins.set, text);
  const path = ['set', ...keys];
  return `${site.source.at(path)}: ${keyText(path)}`;
}
