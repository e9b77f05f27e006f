import { ledgerKey, planSeed, type SeedPlan } from '../../plan/seed.ts';
import type { Registration, ServiceFacts, VerifyFacts } from '../facts.ts';
import { type Defect, failed, judged, passed } from '../finding.ts';
import type { Probe } from '../run-checks.ts';
import { lookupFailure } from './cluster.ts';
import { portTrouble } from './service-ports.ts';

/** The registry asks every 10 s; after its own start and that of a service nothing can be said for so long. */
const settleMs = 15_000;
const maxKeysShown = 20;

/** The probes of category consul, by code. */
export const consulProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'consul-leader': async (facts) => passed(`the leader is ${await facts.leader()}`),

  'consul-persistent': async (facts) => {
    const [{ isServer, isDev, dataDir }, services] = await Promise.all([facts.agent(), facts.services()]);
    const registry = registryOf(services, facts);
    const claims = registry?.planned.row.claims ?? [];
    const mounts = mountsOf(registry);
    const object = facts.release.registry.service;
    const cause = !isServer
      ? 'it is no server'
      : isDev
        ? 'it is in development mode, which keeps everything in memory'
        : !claims.some(({ mountPath }) => isWithin(dataDir, mountPath))
          ? `it keeps its data in ${dataDir}, which is on no volume`
          : claims.some(({ mountPath }) => !mounts.includes(mountPath))
            ? 'its volume is not mounted'
            : undefined;
    return judged(cause === undefined ? [] : [{ object, cause }], `server mode, data in ${dataDir}`);
  },

  'consul-keys': async (facts) => {
    const { stored, wanted } = await facts.settings();
    const gaps = wanted.flatMap(({ service, keys }) => {
      const all = Object.keys(keys);
      const missing = all.filter((key) => !stored.has(key));
      return missing.length === 0 ? [] : [{ service, missing, all }];
    });
    const defects = gaps.map(
      ({ service, missing, all }): Defect => ({
        object: service,
        cause: `${missing.length} of ${all.length} are missing`,
      }),
    );
    // Where all are gone their names tell nothing.
    const names = gaps.flatMap(({ missing, all }) => (missing.length < all.length ? missing : []));
    const count = wanted.reduce((sum, { keys }) => sum + Object.keys(keys).length, 0);
    return judged(defects, `${count} of ${wanted.length} services`, { evidence: shorten(names) });
  },

  'consul-addresses': async (facts) => {
    const pattern = new RegExp(facts.release.addressSettings);
    const kept = (await seedPlans(facts)).flatMap((plan) => plan.kept);
    const changed = kept.filter(({ key, wanted }) => wanted !== undefined && pattern.test(key));
    return judged(
      changed.map(
        ({ key, value, wanted }): Defect => ({
          object: key,
          cause: `it is ${value || 'empty'}, and should be ${wanted}`,
        }),
      ),
      'all as installed',
    );
  },

  'consul-changes': async (facts) => {
    const [plans, { stored }, { configuration }] = await Promise.all([
      seedPlans(facts),
      facts.settings(),
      facts.plan(),
    ]);
    const unrecorded = configuration.filter(({ service }) => !stored.has(ledgerKey(service)));
    if (unrecorded.length > 0) {
      const object = unrecorded.map(({ service }) => service).join(', ');
      return failed(`${object}: there is no record of what was installed`);
    }
    const kept = plans.flatMap((plan) => plan.kept);
    const evidence = shorten(
      kept.map(({ key, wanted }) => (wanted === undefined ? `${key} (no setting of the release)` : key)),
    );
    return passed(kept.length === 0 ? 'none' : `${kept.length}, which stay as they are`, { evidence });
  },

  'consul-registered': async (facts) => {
    const [registrations, services] = await Promise.all([facts.registrations(), facts.services()]);
    const registering = services.filter(({ isReady, planned }) => isReady && planned.row.registration !== undefined);
    const missing = registering.filter((service) => !registrationOf(service, registrations));
    return judged(
      missing.map(({ planned }): Defect => ({ object: planned.name, cause: 'it is not registered' })),
      `${registering.length - missing.length} services`,
    );
  },

  'consul-passing': async (facts) => {
    const [registrations, services, { serverMs }] = await Promise.all([
      facts.registrations(),
      facts.services(),
      facts.dates(),
    ]);
    const isSettled = ({ readySinceMs }: ServiceFacts) =>
      readySinceMs !== undefined && serverMs - readySinceMs > settleMs;
    const registry = registryOf(services, facts);
    // Where the Service leads elsewhere, that has its own check.
    const registered = services.filter(
      (service) => service.isReady && registrationOf(service, registrations) && portTrouble(service) === undefined,
    );
    const judgeable = registry && isSettled(registry) ? registered.filter(isSettled) : [];
    const defects = judgeable.flatMap((service): Defect[] => {
      const { checks = [] } = registrationOf(service, registrations) ?? {};
      const bad = checks.find(({ status, output }) => status !== 'passing' && !lookupFailure.test(output));
      return bad
        ? [{ object: service.planned.name, cause: `${bad.status}: ${bad.output.trim() || 'not asked yet'}` }]
        : [];
    });
    const early = registered.length - judgeable.length;
    return judged(defects, `${judgeable.length} services${early > 0 ? `; ${early} are too new to tell` : ''}`);
  },
};

async function seedPlans(facts: VerifyFacts): Promise<readonly SeedPlan[]> {
  const [{ stored }, { configuration, release }] = await Promise.all([facts.settings(), facts.plan()]);
  return configuration.map((each) => planSeed(each, stored, release.release));
}

function registryOf(services: readonly ServiceFacts[], { release }: VerifyFacts): ServiceFacts | undefined {
  return services.find(({ planned }) => planned.name === release.registry.service);
}

function registrationOf({ planned }: ServiceFacts, registrations: readonly Registration[]): Registration | undefined {
  return registrations.find(({ name }) => name === planned.row.registration);
}

/** Where the containers of a service's Deployment have the volumes of its claims. */
function mountsOf(service: ServiceFacts | undefined): readonly string[] {
  const { spec } = (service?.deployment?.spec.template ?? {}) as PodTemplate;
  const claimed = (spec?.volumes ?? []).flatMap((volume) => (volume.persistentVolumeClaim ? [volume.name] : []));
  const mounts = (spec?.containers ?? []).flatMap(({ volumeMounts = [] }) => volumeMounts);
  return mounts.filter(({ name }) => claimed.includes(name)).map(({ mountPath }) => mountPath);
}

interface PodTemplate {
  readonly spec?: {
    readonly volumes?: readonly { readonly name: string; readonly persistentVolumeClaim?: object }[];
    readonly containers?: readonly {
      readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
  };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= maxKeysShown) return lines;
  return [...lines.slice(0, maxKeysShown), `… and ${lines.length - maxKeysShown} more`];
}
