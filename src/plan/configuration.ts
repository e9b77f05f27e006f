import { brokenFile } from '../base/asset-yaml.ts';
import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { compose } from './config-compose.ts';
import type { ConfigTrees, ServiceTree } from './config-parse.ts';
import { flatten, type Scalar, scalarText } from './config-tree.ts';
import type { Database } from './release.ts';
import type { ServiceConfiguration } from './types.ts';

export { type ConfigTrees, parseConfigTrees } from './config-parse.ts';

/** Service to path to value, as in `edgex-core-data`, `Writable/LogLevel`, `DEBUG`. */
export type Overrides = Readonly<Record<string, Readonly<Record<string, Scalar>>>>;

/** Where an override was written, as messages name it. */
export type OverridePlace = (service: string, path: string) => string;

export interface ExpandOptions {
  readonly database: Database;
  /** Fuji's own settings, without what edgex-boot changes. Overrides count all the same. */
  readonly pristine: boolean;
  /** Whose settings to expand. */
  readonly services: readonly string[];
  readonly overrides?: Overrides;
  /** Without it messages name service and path. */
  readonly overridePlace?: OverridePlace;
}

/** The folders of a service in Consul, without a slash at the end. */
export function foldersOf(trees: ConfigTrees, service: string): readonly string[] {
  return Object.keys(trees.services.get(service)?.folders ?? {});
}

/**
 * The settings of services as Consul has them: full key to value, keys in the order of their characters' codes.
 * On the release's settings come edgex-boot's own changes, and on these the overrides.
 * @throws BootError `usage` for an override of a service, path or type that doesn't exist; `internal` when the
 *   release's own files don't fit together.
 */
export function expandConfiguration(trees: ConfigTrees, options: ExpandOptions): readonly ServiceConfiguration[] {
  const { database, pristine, services, overrides = {}, overridePlace: placeOf = byPath } = options;
  for (const [service, [path]] of Object.entries(overrides).map(([name, set]) => [name, Object.keys(set)] as const)) {
    if (services.includes(service)) continue;
    throw noService(service, path === undefined ? service : placeOf(service, path), services);
  }
  return services.map((service) => {
    const tree = trees.services.get(service);
    if (!tree) throw brokenFile(`${service}.yaml`, 'it is missing');
    const changes = pristine ? [] : trees.changes.filter((change) => change.services.includes(service));
    const settings = settingsOf(tree, database);
    for (const set of [...changes.map((change) => change.set), overrides[service] ?? {}]) {
      for (const [path, value] of Object.entries(set)) override(settings, { service, path, value }, placeOf);
    }
    return { service, keys: keysOf(settings) };
  });
}

function byPath(service: string, path: string): string {
  return `${service}/${path}`;
}

/** Folder to path to value. */
type Settings = ReadonlyMap<string, Map<string, Scalar>>;

function settingsOf({ file, fragments, folders }: ServiceTree, database: Database): Settings {
  const context = { file, fragments, database };
  return new Map(Object.entries(folders).map(([folder, tree]) => [folder, new Map(flatten(compose(tree, context)))]));
}

function keysOf(settings: Settings): Readonly<Record<string, string>> {
  const entries = [...settings].flatMap(([folder, values]) =>
    [...values].map(([path, value]): [string, string] => [`${folder}/${path}`, scalarText(value)]),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Override {
  readonly service: string;
  readonly path: string;
  readonly value: Scalar;
}

/** Sets a value in each folder that has the path: a service with several reads them one over the other. */
function override(settings: Settings, { service, path, value }: Override, placeOf: OverridePlace): void {
  const having = [...settings.values()].filter((values) => values.has(path));
  if (having.length === 0) throw noPath(settings, path, placeOf(service, path));
  for (const values of having) {
    const wanted = describeType(values.get(path));
    if (!wanted.pattern.test(scalarText(value))) {
      throw new BootError({
        exit: 'usage',
        object: placeOf(service, path),
        cause: `${JSON.stringify(value)} is not ${wanted.name}`,
        hint: `Give it ${wanted.name}, like ${values.get(path)}.`,
      });
    }
    values.set(path, value);
  }
}

/** The services parse their settings by type, and end when one doesn't fit. */
function describeType(value: Scalar | undefined): { readonly name: string; readonly pattern: RegExp } {
  if (typeof value === 'boolean') return { name: 'true or false', pattern: /^(true|false)$/ };
  if (Number.isInteger(value)) return { name: 'a whole number', pattern: /^-?\d+$/ };
  if (typeof value === 'number') return { name: 'a number', pattern: /^-?\d+(\.\d+)?$/ };
  return { name: 'a text', pattern: /^/ };
}

function noService(service: string, object: string, known: readonly string[]): BootError {
  const nearest = nearestName(service, known);
  return new BootError({
    exit: 'usage',
    object,
    cause: 'no settings are written for a service of this name',
    hint: nearest ? `Did you mean ${nearest}?` : `There are settings for ${known.join(', ')}.`,
  });
}

function noPath(settings: Settings, path: string, object: string): BootError {
  const nearest = nearestName(
    path,
    [...settings.values()].flatMap((values) => [...values.keys()]),
  );
  return new BootError({
    exit: 'usage',
    object,
    cause: 'there is no such setting',
    hint: nearest ? `Did you mean ${nearest}?` : '`edgex-boot config render` lists all of them.',
  });
}
