import { systemClock } from '../../base/clock.ts';
import { BootError, isBootError } from '../../base/errors.ts';
import type { Endpoint, Patience } from '../../consul/ask.ts';
import { type Broker, openBroker } from '../../mqtt/client.ts';
import type { Dialling } from '../../mqtt/socket.ts';
import { endpointOfRole } from '../../verify/device-services.ts';
import { readEventCounts } from '../../verify/events.ts';
import { watchExport } from '../../verify/export-flow.ts';
import { openIntake } from '../../verify/export-intake.ts';
import { type ExportTarget, readTarget, targetOf } from '../../verify/export-settings.ts';
import type { ExportTrial, SettingsComparison } from '../../verify/export-trial.ts';
import { once } from '../verification/once.ts';
import { chooseBroker, wayTo } from './broker.ts';
import type { TrialContext } from './context.ts';
import { awaitService, welcome } from './guest.ts';
import { holdInstallation } from './hold.ts';
import { planGuest, secretOf } from './plan-guest.ts';
import { compareSettings, type ExportService, findExportService, readConfigured } from './service.ts';
import { explainSilence } from './silence.ts';

/** For each step of a connection to a broker. */
const dialMs = 5_000;
/** How long a service that is there may take to be ready, and to answer. */
const readyMs = 30_000;
/** A service takes over a changed setting within a second. */
const settingsMs = 10_000;
const pollMs = 500;

/** Opens a trial; nothing is done yet. Whoever opens it closes it. */
export function openExportTrial(given: TrialContext): ExportTrial {
  const overtaken = new AbortController();
  const signal = AbortSignal.any([given.program.signal, overtaken.signal]);
  const context: TrialContext = { ...given, program: { ...given.program, signal } };
  const { kube, plan, reach, wish, emit, program } = context;
  const stops: (() => Promise<void>)[] = [];
  const onStarted = (stop: () => Promise<void>): void => {
    stops.push(stop);
  };
  const patience = (ms: number): Patience => ({ clock: systemClock, signal, deadlineMs: systemClock.now() + ms });
  const intake = openIntake(Date.now);

  /** Before the first guest comes. */
  const alone = once(async (): Promise<void> => {
    const { release, namespace } = plan;
    const hold = await holdInstallation({ kube, release, namespace, runName: program.runName, signal });
    hold.signal.addEventListener('abort', () => overtaken.abort(hold.signal.reason), { once: true });
    onStarted(hold.release);
  });

  const exporter = once(() => findExportService(context));

  const configured = once(async (): Promise<ExportTarget | undefined> => {
    const service = await exporter();
    return service.resident && readConfigured(service, context, patience(readyMs));
  });

  const broker = once(async () => {
    const target = await configured();
    const chosen = await chooseBroker(context, target, { alone, onStarted });
    if (chosen.login.password) program.secrets.add(chosen.login.password);
    return { ...chosen, topic: wish.topic ?? target?.Topic ?? wish.defaultTopic };
  });

  const connection = once(async (): Promise<Broker> => {
    const { address, origin, login, topic } = await broker();
    // Who may publish need not be allowed to read.
    const own = origin === 'configured' ? { ...login, ...wish.login } : login;
    const open = await wayTo(context, address);
    const dialling: Dialling = { tls: wish.tls, timeoutMs: dialMs, signal, ...(open ? { open } : {}) };
    const opened = await openBroker(address, own, dialling);
    onStarted(async () => opened.close());
    await opened.subscribe(topic, intake.take);
    return opened;
  });

  const service = once(async () => {
    // Who exports before somebody listens exports into the void.
    await connection();
    const found = await exporter();
    const { name, resident } = found;
    if (resident) await awaitService(resident.planned, context, readyMs);
    else {
      const { address, login, topic } = await broker();
      await alone();
      const guest = planGuest(found, targetOf(address, topic, login), context);
      await welcome(guest, context, onStarted, secretOf(found, context));
    }
    return { name, wasThere: resident !== undefined };
  });

  const settings = once(async (): Promise<SettingsComparison> => {
    await service();
    const found = await exporter();
    const { address, topic, login } = await broker();
    const target = targetOf(address, topic, login);
    const registry = found.resident ? await configured() : target;
    const wanted = {
      ...(registry ? { registry } : {}),
      ...(found.resident ? { options: wishedOf(context, target) } : {}),
    };
    const running = () => readTarget(reach, endpointOf(found), found.exports.addressable, patience(readyMs));
    const deadlineMs = systemClock.now() + settingsMs;
    for (;;) {
      const comparison = compareSettings(found, await running(), wanted, plan.namespace);
      if (comparison.differences.length === 0 || systemClock.now() >= deadlineMs) return comparison;
      await systemClock.sleep(pollMs, signal);
    }
  });

  const flow = once(async () => {
    const own = await connection();
    const found = await exporter();
    const { address, topic } = await broker();
    const events = endpointOfRole(plan, 'events');
    if (!events) throw new BootError({ exit: 'verify', object: plan.release.title, cause: 'nothing counts events' });
    const devices = plan.services.flatMap(({ row }) => Object.keys(row.devices ?? {}));
    const counts = (of: readonly string[]) =>
      readEventCounts({ reach, events, devices: of, patience: patience(readyMs) });
    emit({ type: 'fact', name: 'export', value: `listening to topic ${topic}` });
    const seen = await watchExport({
      intake,
      devices,
      counts,
      lost: own.lost,
      clock: systemClock,
      date: Date.now,
      signal,
    });
    if (seen.firstEventMs !== undefined) return seen;
    return { ...seen, silence: await explainSilence(context, { service: found, address, topic, broker: own }) };
  });

  return {
    broker,
    connection,
    service,
    settings,
    flow,
    close: async () => {
      for (const stop of stops.toReversed()) {
        try {
          await stop();
        } catch (error) {
          if (!isBootError(error)) throw error;
          emit({ type: 'warning', object: error.details.object, message: error.details.cause });
        }
      }
    },
  };
}

function endpointOf({ name, row }: ExportService): Endpoint {
  return { service: name, port: row.ports[0]?.port ?? 0 };
}

/** Of what leads to the broker, that which the options name. */
function wishedOf({ wish }: TrialContext, { Address, Port, Protocol, Topic }: ExportTarget): Partial<ExportTarget> {
  return { ...(wish.address ? { Address, Port, Protocol } : {}), ...(wish.topic === undefined ? {} : { Topic }) };
}
