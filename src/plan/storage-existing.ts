import { parseQuantity } from '../base/quantity.ts';
import type { VolumeFacts } from '../facts/types.ts';
import type { WantedClaim } from './storage-types.ts';
import type { ExistingVolume } from './types.ts';

/** Which of the volumes that are there takes which claim. */

export interface ExistingMatch {
  /** By the name of the claim. */
  readonly volumes: Readonly<Record<string, ExistingVolume>>;
  /** Claims that none is left for. */
  readonly without: readonly WantedClaim[];
  /** Why each volume that was not taken wasn't, by its name. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface MatchInput {
  readonly claims: readonly WantedClaim[];
  readonly volumes: readonly VolumeFacts[];
  readonly namespace: string;
  /** Of the nodes that pods can run on. */
  readonly hostnames: readonly string[];
}

/**
 * Gives each claim the smallest volume that fits, the smallest claim first, so that as many as possible get one. A
 * volume that names a claim of ours is for that claim. A volume that names somebody else's, or that has had a claim
 * before, is never taken.
 */
export function matchExisting({ claims, volumes, namespace, hostnames }: MatchInput): ExistingMatch {
  const against = (volume: VolumeFacts) => obstacle(volume, { claims, namespace, hostnames });
  const free = volumes.filter((volume) => against(volume) === undefined).toSorted(smallestFirst);
  const taken = new Map<string, VolumeFacts>();
  const order = claims.toSorted((a, b) => bytesOf(a.size) - bytesOf(b.size) || (a.name < b.name ? -1 : 1));
  for (const claim of order) {
    const isLeft = (volume: VolumeFacts) => ![...taken.values()].includes(volume);
    const fitting = free.filter((volume) => isLeft(volume) && bytesOf(volume.capacity) >= bytesOf(claim.size));
    const volume =
      fitting.find((each) => each.claim?.name === claim.name) ?? fitting.find((each) => each.claim === undefined);
    if (volume) taken.set(claim.name, volume);
  }
  return {
    volumes: Object.fromEntries(
      [...taken].map(([claim, { name, className }]): [string, ExistingVolume] => [claim, { name, className }]),
    ),
    without: claims.filter(({ name }) => !taken.has(name)),
    refused: Object.fromEntries(
      volumes
        .filter((volume) => ![...taken.values()].includes(volume))
        .map((volume) => [volume.name, against(volume) ?? `it has ${volume.capacity}`]),
    ),
  };
}

function obstacle(
  { phase, claim, isBlock, accessModes, hostnames: bound }: VolumeFacts,
  { claims, namespace, hostnames }: Omit<MatchInput, 'volumes'>,
): string | undefined {
  const isOurs = claim?.namespace === namespace && claims.some(({ name }) => name === claim.name);
  if (claim && !isOurs) return `it is for ${claim.namespace}/${claim.name}`;
  if (phase !== 'Available' && !(isOurs && phase === 'Bound')) return `it is ${phase}`;
  if (isBlock) return 'it is a raw device';
  if (!accessModes.includes('ReadWriteOnce')) return `its access mode is ${accessModes.join(', ') || 'unknown'}`;
  if (bound.length > 0 && !bound.some((hostname) => hostnames.includes(hostname))) {
    return `it is bound to ${bound.join(', ')}, where the services can't run`;
  }
  return undefined;
}

function smallestFirst(a: VolumeFacts, b: VolumeFacts): number {
  return bytesOf(a.capacity) - bytesOf(b.capacity) || (a.name < b.name ? -1 : 1);
}

function bytesOf(quantity: string): number {
  return parseQuantity(quantity) ?? 0;
}
