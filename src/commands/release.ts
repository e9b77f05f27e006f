import { readAsset, readAssets } from '../base/assets.ts';
import type { Options } from '../options/resolve.ts';
import { type ConfigTrees, type Overrides, parseConfigTrees } from '../plan/configuration.ts';
import type { PlanInput } from '../plan/plan.ts';
import { parseRelease, type Release } from '../plan/release.ts';
import { serviceName } from '../plan/select.ts';
import { layOver, mirrored } from '../plan/site-release.ts';
import { readBeside } from './site.ts';

/** The release that the program carries, with what the site and the options say of it. */
export interface LoadedRelease {
  readonly release: Release;
  readonly trees: ConfigTrees;
  /** The settings of the site and of `--set`, by the services' full names. */
  readonly overrides: Overrides;
  readonly site?: NonNullable<PlanInput['site']>;
}

const name = 'fuji';

/**
 * Reads the release from the program's assets, and lays the site over it.
 * @throws BootError `usage` for a service that the release doesn't have, with its place, and as `layOver`
 */
export function loadRelease(options: Pick<Options, 'set' | 'registry' | 'site'>): LoadedRelease {
  const file = `releases/${name}.yaml`;
  const release = mirrored(parseRelease(file, readAsset(file)), options.registry);
  const trees = parseConfigTrees(readAssets(`releases/${name}/config`));
  if (!options.site) return { release, trees, overrides: overridesOf(release, options, {}) };
  const { site, source } = options.site;
  const laid = layOver(release, site, source, (path) => readBeside(source, path));
  return {
    release: laid.release,
    trees,
    overrides: overridesOf(laid.release, options, laid.settings),
    site: { patches: site.patches ?? [], source, ...(laid.exposure ? { exposure: laid.exposure } : {}) },
  };
}

function overridesOf(release: Release, { set }: Pick<Options, 'set'>, ofSite: Overrides): Overrides {
  const overrides: Record<string, Overrides[string]> = { ...ofSite };
  for (const [word, settings] of Object.entries(set)) {
    const service = serviceName(release, '--set', word);
    overrides[service] = { ...overrides[service], ...settings };
  }
  return overrides;
}
