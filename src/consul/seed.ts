import { BootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import { mapPool } from '../base/pool.ts';
import type { Clock } from '../base/time.ts';
import {
  type KeptKey,
  ledgerKey,
  openLedger,
  planSeed,
  type SeedPlan,
  type Stored,
  seedPrefixes,
} from '../plan/seed.ts';
import type { ServiceConfiguration } from '../plan/types.ts';
import type { Conflict, KeyValueStore } from './kv.ts';
import { batches } from './transaction.ts';

export interface SeedContext {
  readonly store: KeyValueStore;
  /** The release's name, noted in the ledgers. */
  readonly release: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export interface SeedResult {
  /** Operations stored, the ledgers' included: 0 when everything was as wanted. */
  readonly writes: number;
  readonly services: readonly ServiceSeed[];
}

export interface ServiceSeed {
  readonly service: string;
  /** Keys written or deleted. */
  readonly written: number;
  readonly kept: readonly KeptKey[];
}

const concurrency = 4;
/** How often somebody else may be faster before it looks like a fight. */
const maxRounds = 3;
const rereadPauseMs = 50;
const maxRereads = 20;

/**
 * Waits for the registry's leader and brings the settings of every service to what is wanted, except what people
 * changed. Each service is complete before the next run of its pod may begin: the ledger that its gate looks for is
 * stored last, with its keys.
 * @throws BootError `timeout` when the store's patience is over, `cluster` when access is denied, `rollout` when a write
 * is refused for good
 */
export async function seedConfiguration(
  context: SeedContext & { readonly emit: Emit },
  configurations: readonly ServiceConfiguration[],
): Promise<SeedResult> {
  const stored = await readForPlanning(context, configurations);
  const seeds = await mapPool(configurations, concurrency, async (configuration) => {
    const { writes, seed } = await seedService(context, configuration, stored);
    const kept = seed.kept.map(({ key }) => key);
    context.emit({ type: 'seeded', service: seed.service, written: seed.written, kept });
    return { writes, seed };
  });
  return {
    writes: seeds.reduce((sum, { writes }) => sum + writes, 0),
    services: seeds.map(({ seed }) => seed),
  };
}

/** What {@link seedConfiguration} would do now. Changes nothing. */
export async function previewSeed(
  context: SeedContext,
  configurations: readonly ServiceConfiguration[],
): Promise<readonly SeedPlan[]> {
  const stored = await readForPlanning(context, configurations);
  return planAll(context, configurations, stored);
}

async function seedService(
  context: SeedContext,
  configuration: ServiceConfiguration,
  firstRead: Stored,
): Promise<{ readonly writes: number; readonly seed: ServiceSeed }> {
  const { service } = configuration;
  const ledger = ledgerKey(service);
  let stored = firstRead;
  let writes = 0;
  let written = 0;
  let conflict: Conflict | undefined;
  for (let round = 0; round < maxRounds; round++) {
    if (round > 0) stored = await readSettled(context, seedPrefixes([configuration]));
    let plan = planSeed(configuration, stored, context.release);
    const opening = batches(plan.operations).length > 1 ? openLedger(plan, stored) : undefined;
    if (opening) {
      const opened = await context.store.commit([opening]);
      writes += opened.committed;
      conflict = opened.conflict;
      if (conflict) continue;
      // The last one replaces it, and so has to know its index.
      stored = new Map([...stored, ...(await context.store.read(ledger))]);
      plan = planSeed(configuration, stored, context.release);
    }
    const { operations, kept } = plan;
    const result = await context.store.commit(operations);
    writes += result.committed;
    written += operations.slice(0, result.committed).filter(({ key }) => key !== ledger).length;
    conflict = result.conflict;
    if (!conflict) return { writes, seed: { service, written, kept } };
  }
  throw new BootError({
    exit: 'rollout',
    object: `key ${conflict?.key}`,
    cause: `somebody else writes it at the same time (${conflict?.cause})`,
    hint: 'Run again when nobody else writes to the registry.',
  });
}

/**
 * Reads what the plan depends on. Right after a restart Consul has been seen to answer with a part of its keys only; so
 * where something seems to be missing or changed, only a read that repeats equal counts.
 */
async function readForPlanning(context: SeedContext, configurations: readonly ServiceConfiguration[]): Promise<Stored> {
  await context.store.leader();
  const prefixes = seedPrefixes(configurations);
  const stored = await readAll(context.store, prefixes);
  const asWanted = planAll(context, configurations, stored).every(({ operations }) => operations.length === 0);
  return asWanted ? stored : readSettled(context, prefixes);
}

async function readSettled({ store, clock, signal }: SeedContext, prefixes: readonly string[]): Promise<Stored> {
  let stored = await readAll(store, prefixes);
  for (let reread = 0; reread < maxRereads; reread++) {
    await clock.sleep(rereadPauseMs, signal);
    const again = await readAll(store, prefixes);
    if (isSame(stored, again)) return again;
    stored = again;
  }
  return stored;
}

async function readAll(store: KeyValueStore, prefixes: readonly string[]): Promise<Stored> {
  const parts = await Promise.all(prefixes.map((prefix) => store.read(prefix)));
  return new Map(parts.flatMap((part) => [...part]));
}

function isSame(a: Stored, b: Stored): boolean {
  return a.size === b.size && [...a].every(([key, { modifyIndex }]) => b.get(key)?.modifyIndex === modifyIndex);
}

function planAll(
  { release }: SeedContext,
  configurations: readonly ServiceConfiguration[],
  stored: Stored,
): readonly SeedPlan[] {
  return configurations.map((configuration) => planSeed(configuration, stored, release));
}
