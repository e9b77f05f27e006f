import { systemClock } from '../../base/clock.ts';
import type { Endpoint, Patience } from '../../consul/ask.ts';
import { readHealthChecks } from '../../consul/health.ts';
import { consulStore } from '../../consul/kv.ts';
import type { Reach } from '../../consul/reach.ts';
import { readRegistrations } from '../../consul/registrations.ts';
import { expandConfiguration } from '../../plan/configuration.ts';
import type { Stored } from '../../plan/seed.ts';
import type { Plan } from '../../plan/types.ts';
import type { Registration, Settings } from '../../verify/facts.ts';
import type { LoadedRelease } from '../release.ts';

export interface RegistryContext {
  readonly reach: Reach;
  readonly registry: Endpoint;
  readonly patience: () => Patience;
}

const rereadPauseMs = 300;

/**
 * Everything that the registry has, in one consistent read, and the settings that should be there.
 * @throws BootError as `KeyValueStore`
 */
export async function readSettings(
  { services, database }: Plan,
  { trees, overrides }: Pick<LoadedRelease, 'trees' | 'overrides'>,
  { reach, registry, patience }: RegistryContext,
): Promise<Settings> {
  const registered = services.filter(({ row }) => row.registration !== undefined).map(({ name }) => name);
  const wanted = expandConfiguration(trees, { database, pristine: false, services: registered, overrides });
  const isComplete = (stored: Stored): boolean =>
    wanted.every(({ keys }) => Object.keys(keys).every((key) => stored.has(key)));
  const store = consulStore(reach, registry, patience());
  const stored = await store.read('');
  if (isComplete(stored)) return { stored, wanted };
  // Right after a restart it has been seen to give a part of its keys only.
  await systemClock.sleep(rereadPauseMs, patience().signal);
  return { stored: await store.read(''), wanted };
}

/**
 * The services that are registered, with what their health checks found.
 * @throws BootError `timeout` when the registry doesn't answer
 */
export async function readServiceChecks({
  reach,
  registry,
  patience,
}: RegistryContext): Promise<readonly Registration[]> {
  const [names, checks] = await Promise.all([
    readRegistrations(reach, registry, patience()),
    readHealthChecks(reach, registry, patience()),
  ]);
  return [...names].map((name) => ({ name, checks: checks.filter(({ service }) => service === name) }));
}
