import { arch } from 'node:os';
import { describeMissing, findMissing } from '../../apply/access.ts';
import { installRights, type Right, verifyRights } from '../../apply/rights.ts';
import { systemClock } from '../../base/clock.ts';
import { BootError } from '../../base/errors.ts';
import { refOf } from '../../base/kube-types.ts';
import type { Endpoint, Patience } from '../../consul/ask.ts';
import { readAgent, readHealthChecks } from '../../consul/health.ts';
import { consulStore } from '../../consul/kv.ts';
import type { Reach } from '../../consul/reach.ts';
import { readRegistrations } from '../../consul/registrations.ts';
import { readCluster } from '../../facts/cluster.ts';
import { factsOf, readInstalled } from '../../facts/installed.ts';
import { readLoneMachineHealth, readMachineHealth } from '../../facts/machine-health.ts';
import { readStorage } from '../../facts/storage.ts';
import type { KubeClient } from '../../kube/types.ts';
import { expandConfiguration } from '../../plan/configuration.ts';
import { inventoryName } from '../../plan/inventory.ts';
import type { Plan } from '../../plan/types.ts';
import { endpointOfRole } from '../../verify/device-services.ts';
import type { ExportTrial } from '../../verify/export-trial.ts';
import type { VerifyFacts } from '../../verify/facts.ts';
import { unread } from '../../verify/unread.ts';
import { loadCauses } from '../../wait/causes.ts';
import type { LoadedRelease } from '../release.ts';
import { registryOf } from '../stages/run.ts';
import { askAll } from './ask.ts';
import { readDns, readHeartbeats, readNodeHealth, readVolumeSpace } from './cluster-health.ts';
import { readCommands, readDevices } from './devices.ts';
import { readRecentEvents, watchEvents } from './events.ts';
import { readFeeds } from './feeds.ts';
import { installationOf, planOf } from './installation.ts';
import { once, readOnce } from './once.ts';
import { readServices } from './services.ts';

export interface FactsContext {
  readonly namespace: string;
  readonly loaded: LoadedRelease;
  readonly kube: KubeClient;
  readonly reach: Reach;
  readonly signal: AbortSignal;
  readonly windowMs: number;
  /** There is no installation yet, so the rights are those that one takes. */
  readonly isPre: boolean;
  /** Prepares an installation, changes nothing, and says what it would be. */
  readonly rehearse: () => Promise<string>;
  /** Opens a trial of the export of an installation; whoever gathers the facts closes it. Absent where none is wanted. */
  readonly openTrial?: (plan: Plan) => ExportTrial;
}

/** A service that is asked and ready answers at once. */
const patienceMs = 2_000;
const rereadPauseMs = 300;
/** The rate of events is judged over 20 s at least. */
const clearRateMs = 21_000;

/** The facts of one run: each is read when it is asked for, once. */
export function gatherFacts(context: FactsContext): VerifyFacts {
  const { namespace, loaded, reach, signal, windowMs } = context;
  const { release } = loaded;
  const kube = readOnce(context.kube);
  const patience = (): Patience => ({ clock: systemClock, signal, deadlineMs: systemClock.now() + patienceMs });
  const registry = registryOf({ release });

  const dates = once(async () => {
    const { dateMs } = await kube.raw('/version');
    const machineMs = Date.now();
    // The server tells whole seconds.
    return { serverMs: dateMs === undefined ? machineMs : dateMs + 500, machineMs };
  });
  const cluster = once(() => readCluster(kube));
  const installed = once(() => readInstalled(kube, namespace));
  const installation = once(async () => installationOf(await installed()));
  const plan = once(async () => planOf(loaded, await installed()));
  const services = once(async () => readServices(await plan(), (await installed()).objects, kube, loadCauses()));

  const isReady = async (service: string): Promise<boolean> =>
    (await services()).some(({ planned, isReady: ready }) => planned.name === service && ready);
  const endpointOf = async (role: Parameters<typeof endpointOfRole>[1]): Promise<Endpoint> => {
    const endpoint = endpointOfRole(await plan(), role);
    if (endpoint) return endpoint;
    throw new BootError({ exit: 'verify', object: release.title, cause: `none of its services has the role ${role}` });
  };

  const eventCounts = once(async () => watchEvents({ reach, events: await endpointOf('events'), windowMs, patience }));
  /** To read a device makes an event, so whoever does it waits until the watch is over. */
  const afterWatch = async (): Promise<void> => {
    await eventCounts().catch(unread);
  };

  /** Of devices that have only just begun to send nothing can be said yet. */
  const untilRateIsClear = async (nowMs: number): Promise<number> => {
    const senders = (await services()).filter(({ planned }) => planned.row.eventsPerMinute !== undefined);
    const youngestMs = Math.max(...senders.map(({ readySinceMs = 0 }) => readySinceMs));
    return Math.min(clearRateMs, Math.max(0, youngestMs + clearRateMs - nowMs));
  };

  return {
    namespace,
    release,
    way: reach.way,
    machine: once(async () => {
      const nodes = await cluster().then((found) => found.nodes, unread);
      return nodes ? readMachineHealth(nodes, arch()) : readLoneMachineHealth(kube.server, arch());
    }),
    cluster,
    nodeHealth: once(() => readNodeHealth(kube)),
    dates,
    heartbeats: once(() => readHeartbeats(kube)),
    dns: once(() => readDns(kube)),
    missingRights: once(() => readMissingRights(context)),
    rehearsal: once(context.rehearse),
    installation,
    plan,
    storage: once(() => readStorage(kube, namespace)),
    exportTrial: once(async () => {
      if (!context.openTrial) throw new Error('no trial of the export is wanted');
      return context.openTrial(await plan());
    }),
    volumeSpace: once(async () => {
      const { nodes } = await cluster();
      return readVolumeSpace(
        kube,
        nodes.map(({ name }) => name),
        namespace,
      );
    }),
    leader: once(() => consulStore(reach, registry, patience()).leader()),
    agent: once(() => readAgent(reach, registry, patience())),
    settings: once(async () => {
      const store = consulStore(reach, registry, patience());
      const { services: planned, database } = await plan();
      const registered = planned.filter(({ row }) => row.registration !== undefined).map(({ name }) => name);
      const choice = { database, pristine: false, services: registered, overrides: loaded.overrides };
      const wanted = expandConfiguration(loaded.trees, choice);
      const isComplete = (stored: Awaited<ReturnType<typeof store.read>>) =>
        wanted.every(({ keys }) => Object.keys(keys).every((key) => stored.has(key)));
      let stored = await store.read('');
      if (!isComplete(stored)) {
        // Right after a restart it has been seen to give a part of its keys only.
        await systemClock.sleep(rereadPauseMs, signal);
        stored = await store.read('');
      }
      return { stored, wanted };
    }),
    registrations: once(async () => {
      const [names, checks] = await Promise.all([
        readRegistrations(reach, registry, patience()),
        readHealthChecks(reach, registry, patience()),
      ]);
      return [...names].map((name) => ({ name, checks: checks.filter(({ service }) => service === name) }));
    }),
    services,
    answers: once(async () => {
      const running = (await services()).filter(({ deployment, pod }) => deployment && pod);
      return askAll(
        reach,
        running.flatMap(({ planned }) => {
          const path = planned.row.probes.readiness.http;
          return path === undefined ? [] : [{ service: planned, path }];
        }),
      );
    }),
    versions: once(async () =>
      askAll(
        reach,
        (await services())
          .filter(({ isReady: ready, planned }) => ready && planned.row.version !== undefined)
          .map(({ planned }) => ({ service: planned, path: '/api/version' })),
      ),
    ),
    databaseAnswers: once(async () => {
      const paths = { events: '/api/v1/event/count', metadata: '/api/v1/device' } as const;
      const ready = (await services()).filter(({ isReady: each }) => each).map(({ planned }) => planned);
      return askAll(
        reach,
        ready.flatMap((service) => {
          const { role } = service.row;
          return role === 'events' || role === 'metadata' ? [{ service, path: paths[role] }] : [];
        }),
      );
    }),
    devices: once(async () => readDevices(await plan(), { reach, patience, afterWatch, isReady })),
    eventCounts,
    recentEvents: once(async () => {
      await afterWatch();
      const { serverMs, machineMs } = await dates();
      await systemClock.sleep(await untilRateIsClear(Date.now() + serverMs - machineMs), signal);
      const events = await endpointOf('events');
      return readRecentEvents({ reach, events, patience }, Date.now() + serverMs - machineMs);
    }),
    commands: once(async () => readCommands(await plan(), { reach, patience, afterWatch, isReady })),
    feeds: once(async () => readFeeds(await services(), { namespace, reach, kube })),
  };
}

async function readMissingRights({ namespace, kube, reach, isPre, loaded }: FactsContext) {
  const viaProxy = reach.way === 'proxy';
  const rights = isPre ? rightsToInstall(loaded, namespace, viaProxy) : verifyRights(namespace, viaProxy);
  const missing = await findMissing(rights, kube);
  const roles = missing.length === 0 ? [] : describeMissing(missing, { name: namespace, exists: !isPre });
  return { asked: rights.length, missing: missing.length, roles };
}

/** As far as they can be told before anything has been read: those of local volumes, which take the most. */
function rightsToInstall(loaded: LoadedRelease, namespace: string, viaProxy: boolean): readonly Right[] {
  const plan = planOf(loaded, factsOf(namespace, []));
  const { claims } = Object.groupBy(plan.objects, ({ kind }) =>
    kind === 'PersistentVolumeClaim' ? 'claims' : 'others',
  );
  const volumes = (claims ?? []).map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    name: metadata.name,
  }));
  const inventory = { apiVersion: 'v1', kind: 'ConfigMap', name: inventoryName, namespace };
  const refs = [...plan.objects.map(refOf), ...volumes, inventory];
  return installRights(
    refs.map((ref) => ({ ref, action: 'created', fields: [] })),
    plan,
    viaProxy,
  );
}
