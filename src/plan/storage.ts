import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import type { StorageClassFacts } from '../facts/types.ts';
import { classCandidate, lossWarnings, matchOf, storageCandidates } from './storage-candidates.ts';
import { installedPlace, keepInstalled } from './storage-installed.ts';
import { localCandidateAt, localCandidates } from './storage-local.ts';
import { byRank } from './storage-ranks.ts';
import type { ClusterStorage, StorageCandidate, StorageInput } from './storage-types.ts';
import { formatPlace, parseWish, type StorageWish } from './storage-wish.ts';
import type { StorageChoice } from './types.ts';

/**
 * Where the data live: what is installed stays; else what is asked for, where that is possible; else the best candidate
 * of the cluster. A kind of storage is a candidate in storage-candidates.ts and its facts in facts.
 * @throws BootError `preflight` when the place that is asked for doesn't exist or can't take the data, when it differs
 *   from what is installed, and when nothing will do.
 */
export function chooseStorage(input: StorageInput): StorageChoice {
  const wish = parseWish(input.wish);
  const { facts } = input;
  if (!facts) return chooseUnseen(wish, input.wish);
  const seen = { ...input, facts };
  const installed = installedPlace(seen);
  if (installed) return keepInstalled(installed, seen);
  switch (wish.kind) {
    case 'auto':
      return chooseBest(seen);
    case 'local':
      return chooseLocal(wish.root, seen);
    case 'nfs':
      return { ...wish, reason: 'asked for' };
    case 'class':
      return chooseClass(wish.className, seen);
    case 'existing':
      return chooseExisting(seen);
  }
}

/** Where no cluster was asked. */
function chooseUnseen(wish: StorageWish, text: string): StorageChoice {
  if (wish.kind === 'nfs' || wish.kind === 'class') return { ...wish, reason: 'asked for' };
  if (wish.kind === 'auto') {
    return { kind: 'class', reason: "no cluster was asked, so the claims take the cluster's default class" };
  }
  const [what, install] =
    wish.kind === 'local'
      ? ['local volumes belong to a node, and no cluster was asked for one', 'make local volumes']
      : ['no cluster was asked for the volumes that are there', 'find them'];
  throw new BootError({
    exit: 'preflight',
    object: `--storage ${text}`,
    cause: what,
    hint: `Use --storage class:NAME here, or let install ${install}.`,
  });
}

function chooseBest(input: ClusterStorage): StorageChoice {
  const candidates = storageCandidates(input).filter(({ rank }) => rank !== undefined);
  const best = candidates.find(({ obstacle }) => obstacle === undefined);
  if (!best) throw nothingFits('auto', candidates);
  if (best.place.kind === 'class') requireOneDefault(best.place.className, input.facts.storage.classes);
  return accept(best);
}

/** Which of several default classes a claim gets is not for us to guess. */
function requireOneDefault(className: string | undefined, classes: readonly StorageClassFacts[]): void {
  const chosen = classes.find(({ name }) => name === className);
  const equal = classes.filter(({ isDefault, scope }) => isDefault && scope === chosen?.scope).map(({ name }) => name);
  if (!chosen?.isDefault || equal.length < 2) return;
  throw new BootError({
    exit: 'preflight',
    object: '--storage auto',
    cause: `the cluster has ${equal.length} default storage classes: ${equal.join(', ')}`,
    hint: `Name one: ${equal.map((name) => `--storage class:${name}`).join(' or ')}.`,
  });
}

function chooseLocal(root: string | undefined, input: ClusterStorage): StorageChoice {
  const found = root === undefined ? localCandidates(input) : [localCandidateAt(root, input)];
  const candidates = found.filter((candidate) => candidate !== undefined);
  const usable = candidates.filter(({ obstacle }) => obstacle === undefined);
  const [best] = usable.toSorted(byRank);
  if (!best) throw nothingFits(input.wish, candidates);
  return accept(best);
}

function chooseClass(className: string, input: ClusterStorage): StorageChoice {
  const { classes } = input.facts.storage;
  const found = classes.find(({ name }) => name === className);
  if (found) return { ...accept(classCandidate(found, input)), reason: 'asked for' };
  const known = classes.map(({ name }) => name);
  const nearest = nearestName(className, known);
  throw new BootError({
    exit: 'preflight',
    object: `--storage ${input.wish}`,
    cause: 'the cluster has no storage class of this name',
    hint: nearest
      ? `Did you mean class:${nearest}?`
      : `It has: ${known.join(', ') || 'none; leave the option away for local volumes'}.`,
  });
}

function chooseExisting(input: ClusterStorage): StorageChoice {
  const { volumes, without, refused } = matchOf(input);
  if (without.length === 0) {
    return accept({
      place: { kind: 'existing', volumes },
      reason: 'asked for',
      warnings: lossWarnings(volumes, input),
    });
  }
  throw new BootError({
    exit: 'preflight',
    object: '--storage existing',
    cause: `no volume is free for ${without.map(({ name, size }) => `${name} (${size})`).join(', ')}`,
    evidence: [
      ...Object.entries(volumes).map(([claim, { name }]) => `persistentvolume/${name}: for ${claim}`),
      ...Object.entries(refused).map(([name, cause]) => `persistentvolume/${name}: ${cause}`),
    ],
    hint: 'Make volumes that are large enough, for ReadWriteOnce and without a claimRef, or choose another storage: `edgex-boot storage` lists what there is.',
  });
}

function accept({ place, reason, warnings }: Pick<StorageCandidate, 'place' | 'reason' | 'warnings'>): StorageChoice {
  return { ...place, reason, ...(warnings.length > 0 ? { warnings } : {}) };
}

function nothingFits(wish: string, candidates: readonly StorageCandidate[]): BootError {
  const [first, ...others] = candidates.map(({ place, obstacle }) => `${formatPlace(place)}: ${obstacle}`);
  if (first === undefined) {
    return new BootError({ exit: 'preflight', object: 'cluster', cause: 'it has no node', hint: 'Join a node first.' });
  }
  return new BootError({
    exit: 'preflight',
    object: `--storage ${wish}`,
    cause: others.length === 0 ? first : 'nothing that is there can take the data',
    ...(others.length === 0 ? {} : { evidence: [first, ...others] }),
    hint: 'Make room, or name another place: local:/PATH, nfs://SERVER/EXPORT or class:NAME.',
  });
}
