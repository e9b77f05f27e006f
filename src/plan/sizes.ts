import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { type Origin, placeOf } from '../base/origin.ts';
import { parseQuantity } from '../base/quantity.ts';
import type { StorageFacts } from '../facts/types.ts';
import { keptVolume } from './kept-volumes.ts';
import { managedByLabel, managedByValue } from './labels.ts';
import type { ClaimRow, Release, ServiceRow } from './release.ts';

/** How large the volumes are: as asked for, else as they are, else as the release says. */

/** Size by the name of the claim. */
export type Sizes = Readonly<Record<string, string>>;

const flag: Origin = { from: 'flag', name: '--size' };

/**
 * What `--size` asks for.
 * @param words each `CLAIM=QUANTITY`
 * @param origin where these come from
 * @throws BootError `usage` for a claim that no service of the release has, and for anything but a size
 */
export function parseSizes(release: Release, words: readonly string[], origin = flag): Sizes {
  const known = Object.values(release.services).flatMap(({ claims }) => claims.map(({ name }) => name));
  return Object.fromEntries(words.map((word) => parseSize(word, origin, known)));
}

function parseSize(word: string, origin: Origin, known: readonly string[]): readonly [string, string] {
  const wrong = (cause: string, hint: string): BootError =>
    new BootError({ exit: 'usage', object: placeOf(origin, word), cause, hint });
  const [, claim = '', size] = /^([^=]*)=(.*)$/.exec(word) ?? [];
  if (size === undefined) throw wrong('the size is missing', 'Write it as CLAIM=QUANTITY, like log-data=1Gi.');
  if (!known.includes(claim)) {
    const nearest = nearestName(claim, known);
    throw wrong(
      'no service has a claim of this name',
      nearest ? `Did you mean ${nearest}?` : `There are: ${known.join(', ')}.`,
    );
  }
  // A size in bytes alone is most likely a forgotten unit.
  if (!/^[1-9]\d{0,8}(Mi|Gi|Ti|M|G|T)$/.test(size)) {
    throw wrong('this is no size', 'Give it a whole number with a unit, like 512Mi or 2Gi.');
  }
  return [claim, size];
}

export interface SizeContext {
  readonly namespace: string;
  /** Absent where no cluster was asked. */
  readonly storage?: StorageFacts;
  /** Where the sizes come from; as flags, if it isn't said. */
  readonly origin?: Origin;
}

/**
 * The services with the sizes that their claims get.
 * @throws BootError `preflight` for a size that what is there can't be brought to
 */
export function withSizes(
  services: ReadonlyMap<string, ServiceRow>,
  sizes: Sizes,
  context: SizeContext,
): ReadonlyMap<string, ServiceRow> {
  const sized = (row: ServiceRow): ServiceRow => ({
    ...row,
    claims: row.claims.map((claim) => ({ ...claim, size: sizeOf(claim, sizes[claim.name], context) })),
  });
  return new Map([...services].map(([name, row]) => [name, row.claims.length === 0 ? row : sized(row)]));
}

function sizeOf({ name, size }: ClaimRow, wish: string | undefined, context: SizeContext): string {
  const { namespace, storage, origin = flag } = context;
  const present = storage && presentSize(name, namespace, storage);
  if (!present) return wish ?? size;
  if (wish === undefined || bytesOf(wish) === bytesOf(present.size)) return present.size;
  if (bytesOf(wish) > bytesOf(present.size) && present.canGrow) return wish;
  throw new BootError({
    exit: 'preflight',
    object: placeOf(origin, `${name}=${wish}`),
    cause: `${present.what} has ${present.size}, and ${
      bytesOf(wish) < bytesOf(present.size) ? 'a volume never gets smaller' : present.obstacle
    }; nothing was changed`,
    hint: `Keep it with --size ${name}=${present.size}, or leave the option out.${present.advice}`,
  });
}

interface PresentSize {
  readonly what: string;
  readonly size: string;
  readonly canGrow: boolean;
  /** Why it can't grow. */
  readonly obstacle: string;
  /** What else there is to do, with a space before it. */
  readonly advice: string;
}

function presentSize(name: string, namespace: string, storage: StorageFacts): PresentSize | undefined {
  const volume = keptVolume(name, namespace, storage);
  const claim = storage.claims.find((each) => each.name === name && each.labels[managedByLabel] === managedByValue);
  const isDirectory = volume?.source.kind === 'local' || volume?.source.kind === 'nfs';
  const obstacle = isDirectory
    ? 'the size of a directory is a mere figure, which nothing holds it to'
    : 'its storage class lets no volume grow';
  if (claim) {
    const canGrow = storage.classes.some((each) => each.name === claim.className && each.allowsExpansion);
    return { what: `claim ${name}`, size: claim.size, canGrow, obstacle, advice: '' };
  }
  if (!volume) return undefined;
  const canGrow = isDirectory && volume.provisioner === undefined;
  return {
    what: `the kept volume ${volume.name}`,
    size: volume.capacity,
    canGrow,
    obstacle: 'it can only grow once its claim is there again',
    advice: ' Then ask for more.',
  };
}

function bytesOf(quantity: string): number {
  return parseQuantity(quantity) ?? 0;
}
