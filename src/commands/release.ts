import { readAsset, readAssets } from '../base/assets.ts';
import type { Options } from '../options/resolve.ts';
import { type ConfigTrees, type Overrides, parseConfigTrees } from '../plan/configuration.ts';
import { parseRelease, type Release } from '../plan/release.ts';
import { serviceName } from '../plan/select.ts';

/** The release that the program carries, and its settings. */
export interface LoadedRelease {
  readonly release: Release;
  readonly trees: ConfigTrees;
}

const name = 'fuji';

/** Reads the release from the program's assets. */
export function loadRelease(): LoadedRelease {
  const file = `releases/${name}.yaml`;
  return {
    release: parseRelease(file, readAsset(file)),
    trees: parseConfigTrees(readAssets(`releases/${name}/config`)),
  };
}

/**
 * The settings of `--set` by the services' full names.
 * @throws BootError `usage` for a service that the release doesn't have.
 */
export function overridesOf(release: Release, { set }: Pick<Options, 'set'>): Overrides {
  const overrides: Record<string, Overrides[string]> = {};
  for (const [word, settings] of Object.entries(set)) {
    const service = serviceName(release, '--set', word);
    overrides[service] = { ...overrides[service], ...settings };
  }
  return overrides;
}
