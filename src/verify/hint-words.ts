import type { ServiceRow } from '../plan/release.ts';
import type { VerifyFacts } from './facts.ts';
import { unread } from './unread.ts';

/** What the hints of checks may name in braces. */
export async function hintWords(facts: VerifyFacts): Promise<Readonly<Record<string, string>>> {
  const { namespace, release } = facts;
  const plan = await facts.plan().catch(unread);
  const services: readonly (readonly [string, ServiceRow])[] =
    plan?.services.map(({ name, row }) => [name, row]) ?? Object.entries(release.services);
  const named = (fits: (row: ServiceRow) => boolean): string => services.find(([, row]) => fits(row))?.[0] ?? 'NAME';
  return {
    namespace,
    // What it isn't told again it takes back: a mirror, a service, a setting.
    again: `install again with the same options (--namespace ${namespace})`,
    registry: release.registry.service,
    database: named(({ database }) => database !== undefined),
    devices: named(({ devices }) => devices !== undefined),
    commands: named(({ role }) => role === 'commands'),
    exporter: named((row) => row.exports !== undefined),
  };
}
