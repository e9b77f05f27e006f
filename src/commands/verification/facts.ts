import { arch } from 'node:os';
import { systemClock } from '../../base/clock.ts';
import { BootError } from '../../base/errors.ts';
import type { Endpoint, Patience } from '../../consul/ask.ts';
import { readAgent } from '../../consul/health.ts';
import { consulStore } from '../../consul/kv.ts';
import type { Reach } from '../../consul/reach.ts';
import { readCluster } from '../../facts/cluster.ts';
import { readInstalled } from '../../facts/installed.ts';
import { readLoneMachineHealth, readMachineHealth } from '../../facts/machine-health.ts';
import { readStorage } from '../../facts/storage.ts';
import type { KubeClient } from '../../kube/types.ts';
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
import { readServiceChecks, readSettings } from './registry.ts';
import { readMissingRights } from './rights.ts';
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
/** The rate of events is judged over 20 s at least. */
const clearRateMs = 21_000;

/** The facts of one run: each is read when it is asked for, once. */
export function gatherFacts(context: FactsContext): VerifyFacts {
  const { namespace, loaded, reach, signal, windowMs } = context;
  const { release } = loaded;
  const kube = readOnce(context.kube);
  const patience = (): Patience => ({ clock: systemClock, signal, deadlineMs: systemClock.now() + patienceMs });
  const consul = { reach, registry: registryOf({ release }), patience };

  const dates = once(async () => {
    // Asked anew: what was read before has the date of then.
    const { dateMs } = await context.kube.raw('/version');
    const machineMs = Date.now();
    // The server tells whole seconds.
    return { serverMs: dateMs === undefined ? machineMs : dateMs + 500, machineMs };
  });
  const cluster = once(() => readCluster(kube));
  const installed = once(() => readInstalled(kube, namespace));
  const installation = once(async () => installationOf(await installed()));
  const plan = once(async () => planOf(loaded, await installed()));
  const services = once(async () => readServices(await plan(), (await installed()).objects, kube, loadCauses()));

  const readySince = async (service: string): Promise<number | undefined> =>
    (await services()).find(({ planned }) => planned.name === service)?.readySinceMs;
  const endpointOf = async (role: Parameters<typeof endpointOfRole>[1]): Promise<Endpoint> => {
    const endpoint = endpointOfRole(await plan(), role);
    if (endpoint) return endpoint;
    throw new BootError({ exit: 'verify', object: release.title, cause: `none of its services has the role ${role}` });
  };

  const eventCounts = once(async () => watchEvents({ reach, events: await endpointOf('events'), windowMs, patience }));
  /** Of devices that have only just begun to send nothing can be said yet. */
  const untilRateIsClear = async (nowMs: number): Promise<number> => {
    const senders = (await services()).filter(({ planned }) => planned.row.eventsPerMinute !== undefined);
    const youngestMs = Math.max(...senders.map(({ readySinceMs = 0 }) => readySinceMs));
    return Math.min(clearRateMs, Math.max(0, youngestMs + clearRateMs - nowMs));
  };

  const recentEvents = once(async () => {
    await eventCounts().catch(unread);
    const { serverMs, machineMs } = await dates();
    await systemClock.sleep(await untilRateIsClear(Date.now() + serverMs - machineMs), signal);
    const events = await endpointOf('events');
    return readRecentEvents({ reach, events, patience }, Date.now() + serverMs - machineMs);
  });
  const devicesContext = { reach, patience, readySince, recentEvents: () => recentEvents().catch(unread) };

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
    missingRights: once(() => readMissingRights({ ...context, viaProxy: reach.way === 'proxy' })),
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
    leader: once(() => consulStore(reach, consul.registry, patience()).leader()),
    agent: once(() => readAgent(reach, consul.registry, patience())),
    settings: once(async () => readSettings(await plan(), loaded, consul)),
    registrations: once(() => readServiceChecks(consul)),
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
    devices: once(async () => readDevices(await plan(), devicesContext)),
    eventCounts,
    recentEvents,
    commands: once(async () => readCommands(await plan(), devicesContext)),
    feeds: once(async () => readFeeds(await services(), { namespace, reach, kube })),
  };
}
