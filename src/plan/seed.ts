import { createHash } from 'node:crypto';
import type { ServiceConfiguration } from './types.ts';

/**
 * The three-way merge of a service's settings: what is wanted, what is in the registry, and what was last written,
 * which a ledger in the registry remembers as hashes.
 *
 *   in the registry      wanted          then
 *   nothing              anything        write it: a service can't do without
 *   the wanted value     the same        nothing, but it counts as ours
 *   what we wrote last   another value   write it
 *   what we wrote last   no more         delete it
 *   anything else        whatever        it is a person's: keep it and tell
 *
 * Every operation holds only against the very state that was read (check-and-set), so a person who is faster wins.
 */

/** A value in the registry, with the index that a check-and-set compares. */
export interface StoredValue {
  readonly value: string;
  readonly modifyIndex: number;
}

/** Full key to value, as read from the registry. */
export type Stored = ReadonlyMap<string, StoredValue>;

/** `index` is the key's ModifyIndex; 0 means: only when there is no such key. */
export type KeyOperation =
  | { readonly verb: 'write'; readonly key: string; readonly index: number; readonly value: string }
  | { readonly verb: 'delete'; readonly key: string; readonly index: number };

/** A key that a person set: it stays as it is. */
export interface KeptKey {
  readonly key: string;
  readonly value: string;
  /** Absent when the release wants no such key any more. */
  readonly wanted?: string;
}

export interface SeedPlan {
  readonly service: string;
  /** In the order in which they are committed. The ledger is the last one, since pods wait for it. */
  readonly operations: readonly KeyOperation[];
  readonly kept: readonly KeptKey[];
}

interface Ledger {
  readonly release: string;
  /** Empty while the settings are on their way, so that no gate finds its own. */
  readonly configuration: string;
  /**
   * Key to the hash of the value that we wrote last, or found to be just what we wanted. Where settings were on their
   * way there may be several, with blanks between: of what was to be written, and of what was there before.
   */
  readonly keys: Readonly<Record<string, string>>;
}

export const ledgerPrefix = 'edgex-boot/ledger/';

/** Where the ledger of a service is kept. */
export function ledgerKey(service: string): string {
  return `${ledgerPrefix}${service}`;
}

/**
 * The name of a set of settings: the same keys and values give the same 16 hexadecimal digits, whatever their order.
 * It stands in the ledger once all of them are in the registry, and a pod's gate looks for it there.
 */
export function configurationDigest(keys: Readonly<Record<string, string>>): string {
  return digest(JSON.stringify(sortedEntries(keys)));
}

/** The top-level folders that a seeding has to read. A service's keys never move from one to another. */
export function seedPrefixes(configurations: readonly ServiceConfiguration[]): readonly string[] {
  const folders = configurations.flatMap(({ keys }) => Object.keys(keys).map((key) => `${key.split('/', 1)[0]}/`));
  return [...new Set([ledgerPrefix, ...folders])];
}

/**
 * What it takes to bring one service's settings to what is wanted.
 * @param stored everything under {@link seedPrefixes}
 * @param release the release's name, for whoever reads the ledger
 */
export function planSeed({ service, keys }: ServiceConfiguration, stored: Stored, release: string): SeedPlan {
  const there = stored.get(ledgerKey(service));
  const base = readLedger(there?.value);
  const operations: KeyOperation[] = [];
  const kept: KeptKey[] = [];
  const ours: Record<string, string> = {};

  for (const [key, wanted] of Object.entries(keys)) {
    const present = stored.get(key);
    const written = base[key];
    if (present && present.value !== wanted && !isOneOf(written, present.value)) {
      kept.push({ key, value: present.value, wanted });
      if (written !== undefined) ours[key] = written;
      continue;
    }
    if (present?.value !== wanted) {
      operations.push({ verb: 'write', key, index: present?.modifyIndex ?? 0, value: wanted });
    }
    ours[key] = digest(wanted);
  }

  for (const [key, written] of Object.entries(base)) {
    const present = stored.get(key);
    if (!present || Object.hasOwn(keys, key)) continue;
    if (isOneOf(written, present.value)) operations.push({ verb: 'delete', key, index: present.modifyIndex });
    else kept.push({ key, value: present.value });
  }

  const ledger: Ledger = {
    release,
    configuration: configurationDigest(keys),
    keys: Object.fromEntries(sortedEntries(ours)),
  };
  const value = JSON.stringify(ledger);
  if (there?.value !== value) {
    operations.push({ verb: 'write', key: ledgerKey(service), index: there?.modifyIndex ?? 0, value });
  }
  return { service, operations, kept };
}

/**
 * Where a seeding takes several transactions, the ledger that is committed before all of them: it already knows what
 * they write, and vouches for nothing. Should the last one never come, another run finds ours in what the first ones
 * wrote, and takes none of it for a person's.
 * @returns undefined when such a ledger is there already, or the operations write none
 */
export function openLedger({ service, operations }: SeedPlan, stored: Stored): KeyOperation | undefined {
  const key = ledgerKey(service);
  const last = operations.at(-1);
  if (last?.key !== key || last.verb !== 'write') return undefined;
  const there = stored.get(key)?.value;
  const before = readLedger(there);
  const final: Ledger = JSON.parse(last.value);
  const keys = { ...before };
  for (const [name, hash] of Object.entries(final.keys)) {
    keys[name] = [...new Set(`${hash} ${before[name] ?? hash}`.split(' '))].join(' ');
  }
  const value = JSON.stringify({
    ...final,
    configuration: '',
    keys: Object.fromEntries(sortedEntries(keys)),
  } satisfies Ledger);
  return value === there ? undefined : { ...last, value };
}

function isOneOf(hashes: string | undefined, value: string): boolean {
  return (hashes ?? '').split(' ').includes(digest(value));
}

/** The hashes of a ledger. One that can't be read counts as none: then nothing is taken for ours. */
function readLedger(text: string | undefined): Readonly<Record<string, string>> {
  try {
    const ledger: unknown = JSON.parse(text ?? '{}');
    if (typeof ledger !== 'object' || ledger === null || !('keys' in ledger)) return {};
    const { keys } = ledger;
    if (typeof keys !== 'object' || keys === null) return {};
    return Object.fromEntries(Object.entries(keys).filter(([, hash]) => typeof hash === 'string'));
  } catch {
    return {};
  }
}

function sortedEntries(keys: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
