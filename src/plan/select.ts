import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { type Origin, placeOf } from '../base/origin.ts';
import { type Architecture, type Database, databaseAlias, type Release, type ServiceRow } from './release.ts';

export interface Selection {
  readonly database: Database;
  readonly architecture: Architecture;
  readonly with: readonly string[];
  readonly without: readonly string[];
  /** Where these come from; as flags, if it isn't said. */
  readonly origins?: { readonly with: Origin; readonly without: Origin };
}

const flags: NonNullable<Selection['origins']> = {
  with: { from: 'flag', name: '--with' },
  without: { from: 'flag', name: '--without' },
};

/**
 * Which services an installation has: all that are not optional, the optional ones as asked for, and of the databases
 * the chosen one. Services may be named in full or by their alias.
 * @throws BootError `usage` for an unknown name, for a service that can't be left out, for one whose need would be, and
 *   for one that is asked for and left out at once.
 */
export function selectServices(release: Release, selection: Selection): ReadonlyMap<string, ServiceRow> {
  const { origins = flags } = selection;
  const wanted = new Set(selection.with.map((word) => optionalName(release, origins.with, word)));
  const unwanted = new Set(selection.without.map((word) => optionalName(release, origins.without, word)));
  for (const name of wanted) if (unwanted.has(name)) throw bothWays(name, origins);
  const chosen = new Map<string, ServiceRow>();
  for (const [name, row] of Object.entries(release.services)) {
    if (row.database && row.database !== selection.database) continue;
    if (unwanted.has(name)) continue;
    if (row.optional === 'requested' && !wanted.has(name)) continue;
    chosen.set(name, row);
  }
  for (const [name, row] of chosen) {
    for (const need of row.needs) {
      if (!('of' in need) || need.of === databaseAlias || chosen.has(need.of)) continue;
      throw new BootError({
        exit: 'usage',
        object: placeOf(origins.without, need.of),
        cause: `${name} needs it`,
        hint: `Leave out ${name} as well, or keep ${need.of}.`,
      });
    }
  }
  return chosen;
}

function bothWays(name: string, origins: typeof flags): BootError {
  return new BootError({
    exit: 'usage',
    object: `${placeOf(origins.with, name)}, ${placeOf(origins.without, name)}`,
    cause: 'it is asked for and left out at the same time',
    hint: 'Keep one of the two options; the environment and the site file count as well.',
  });
}

/**
 * The service's full name for what somebody wrote: the name, with or without what all of them begin with, or the alias.
 * @param object what was written, with its place, for the message
 */
export function serviceName(release: Release, object: string, word: string): string {
  for (const [name, row] of Object.entries(release.services)) {
    if (word === name || word === row.alias || word === tailOf(name)) return name;
  }
  const known = Object.entries(release.services).flatMap(([name, row]) => (row.alias ? [name, row.alias] : [name]));
  const nearest = nearestName(word, known);
  throw new BootError({
    exit: 'usage',
    object,
    cause: `${release.title} has no service of this name`,
    hint: nearest ? `Did you mean ${nearest}?` : `It has: ${Object.keys(release.services).join(', ')}.`,
  });
}

/** `edgex-core-data` without its first word. */
function tailOf(name: string): string {
  return name.slice(name.indexOf('-') + 1);
}

function optionalName(release: Release, origin: Origin, word: string): string {
  const object = placeOf(origin, word);
  const name = serviceName(release, object, word);
  if (release.services[name]?.optional) return name;
  const optional = Object.values(release.services).flatMap((row) => (row.optional ? [row.alias ?? row.title] : []));
  throw new BootError({
    exit: 'usage',
    object,
    cause: `${name} is not optional`,
    hint: `Optional are: ${optional.join(', ')}.`,
  });
}

/**
 * The image of a service on an architecture.
 * @throws BootError `preflight` when the release has none for it.
 */
export function imageFor(name: string, row: ServiceRow, architecture: Architecture): string {
  const image = typeof row.image === 'string' ? row.image : row.image[architecture];
  if (image) return image;
  throw new BootError({ exit: 'preflight', object: name, cause: `there is no image of it for ${architecture}` });
}
