import { formatDuration } from '../../base/time.ts';
import type { PlannedService } from '../../plan/types.ts';
import type { VerifyFacts } from '../facts.ts';
import { type Defect, type Finding, failed, judged, passed, skipped, unready } from '../finding.ts';
import type { Probe } from '../run-checks.ts';
import { isGood, wordsOf } from './service-state.ts';

/** Each device sends every 30 s at least, so one that is silent for longer than this has stopped. */
const silenceMs = 75_000;
/** Of each device in the two minutes that are looked at. */
const minEvents = 2;
/**
 * Devices send in bursts, up to 30 s apart, so over less than this nothing can be said about the rate; over more there
 * are never less than half as many as on average.
 */
const rateMinMs = 20_000;
const rateTolerance = 0.5;

/** The probes of category data, by code. */
export const dataProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'devices-present': withSenders(async (facts) => {
    const devices = await facts.devices();
    const missing = devices.filter(({ isRegistered }) => !isRegistered);
    return judged(
      missing.map(({ device }): Defect => ({ object: device, cause: 'it is not in the database' })),
      `${devices.length} devices`,
    );
  }),

  'devices-known': withSenders(async (facts) => {
    const asked = (await facts.devices()).filter(({ isKnown }) => isKnown !== undefined);
    const unknown = asked.filter(({ isKnown }) => !isKnown);
    if (asked.length === 0) return skipped('no device is in the database');
    return judged(
      unknown.map(
        ({ device, service }): Defect => ({
          object: device,
          cause: `${service} does not know it, so it sends nothing`,
        }),
      ),
      `${asked.length} devices`,
    );
  }),

  'events-arrive': withSenders(async (facts) => {
    const samples = await facts.eventCounts();
    const [first, last] = [samples[0], samples.at(-1)];
    if (!first || !last) return failed('no count could be read');
    const window = formatDuration(last.atMs - first.atMs);
    const grown = samples.reduce(
      (sum, { count }, index) => sum + Math.max(0, count - (samples[index - 1]?.count ?? count)),
      0,
    );
    return grown > 0
      ? passed(`${grown} in ${window}, ${last.count} in all`)
      : failed(`none in ${window}; ${last.count} in all`);
  }),

  'events-recent': withSenders(async (facts) => {
    const [{ events, untilMs }, devices] = await Promise.all([facts.recentEvents(), facts.devices()]);
    const ages = devices
      .filter(({ isRegistered }) => isRegistered)
      .map(({ device }) => {
        const times = events.filter((event) => event.device === device).map(({ createdMs }) => createdMs);
        // Whoever reads a device makes an event of it; one alone may be of an earlier look.
        return { device, ageMs: times.length < minEvents ? undefined : untilMs - Math.max(...times) };
      });
    const isYoung = await haveSendersJustStarted(facts);
    const silent = ages.filter(({ ageMs }) => ageMs === undefined || ageMs > silenceMs);
    if (silent.length > 0 && isYoung) return skipped('the device service has only just started');
    const newestMs = Math.min(...ages.flatMap(({ ageMs }) => ageMs ?? []));
    return judged(
      silent.map(
        ({ device, ageMs }): Defect => ({
          object: device,
          cause:
            ageMs === undefined
              ? 'it has not sent by itself in the last minutes'
              : `its newest event is ${formatDuration(ageMs)} old`,
        }),
      ),
      `the newest event is ${formatDuration(Math.max(0, newestMs))} old`,
    );
  }),

  'events-rate': withSenders(async (facts, senders) => {
    const expected = senders.reduce((sum, { row }) => sum + (row.eventsPerMinute ?? 0), 0);
    if (expected === 0) return skipped('the release does not say how many there should be');
    const [{ events, sinceMs, untilMs }, startedMs] = await Promise.all([facts.recentEvents(), sendersSinceMs(facts)]);
    const fromMs = Math.max(sinceMs, startedMs);
    const overMs = untilMs - fromMs;
    if (overMs < rateMinMs)
      return skipped(`the device service has been ready for ${formatDuration(Math.max(0, overMs))} only`);
    const perMinute = (events.filter(({ createdMs }) => createdMs >= fromMs).length * 60_000) / overMs;
    const figures = `${perMinute.toFixed(0)} a minute over ${formatDuration(overMs)}; ${expected} are expected`;
    return perMinute >= expected * rateTolerance ? passed(figures) : failed(figures);
  }),

  'command-round-trip': withSenders(async (facts) => {
    const service = (await facts.services()).find(({ planned }) => planned.row.role === 'commands');
    if (!service) return skipped('no service for commands is installed');
    if (!service.isReady) return unready(service.planned.name);
    const commands = await facts.commands();
    const defects = commands.flatMap(({ device, answer }): Defect[] =>
      isGood(answer) && 'body' in answer && answer.body.includes('"readings"')
        ? []
        : [{ object: device, cause: wordsOf(answer) }],
    );
    return judged(defects, commands.map(({ device }) => device).join(', '));
  }),

  'rules-engine-fed': async (facts) => {
    const services = await facts.services();
    const fed = services.flatMap(({ planned: { row } }) => Object.keys(row.feeds ?? {}));
    if (!services.some(({ planned }) => fed.includes(planned.name))) return skipped('nothing that is fed is installed');
    const ends = services.filter(({ planned: { name, row } }) => row.feeds !== undefined || fed.includes(name));
    const away = ends.find(({ isReady }) => !isReady);
    if (away) return unready(away.planned.name);
    const feeds = await facts.feeds();
    const defects = feeds
      .filter(({ isListening }) => !isListening)
      .map(({ from, port, detail }): Defect => ({ object: `${from}:${port}`, cause: detail }));
    return judged(defects, feeds.map(({ from, port, detail }) => `${from}:${port} ${detail}`).join('; '));
  },
};

/** A check that makes sense only where a device service is installed and ready, and whoever stores events, too. */
function withSenders(
  judge: (facts: VerifyFacts, senders: readonly PlannedService[]) => Finding | Promise<Finding>,
): Probe<VerifyFacts> {
  return async (facts) => {
    const services = await facts.services();
    const senders = services.filter(({ planned }) => planned.row.devices !== undefined);
    if (senders.length === 0) return skipped('no device service is installed');
    const needed = services.filter(
      ({ planned: { row } }) => row.devices !== undefined || row.role === 'events' || row.role === 'metadata',
    );
    const away = needed.find(({ isReady }) => !isReady);
    if (away) return unready(away.planned.name);
    return judge(
      facts,
      senders.map(({ planned }) => planned),
    );
  };
}

/** When the last device service became ready, by the nodes' clocks. */
async function sendersSinceMs(facts: VerifyFacts): Promise<number> {
  const senders = (await facts.services()).filter(({ planned }) => planned.row.devices !== undefined);
  return Math.max(...senders.map(({ readySinceMs = 0 }) => readySinceMs));
}

async function haveSendersJustStarted(facts: VerifyFacts): Promise<boolean> {
  const [sinceMs, { untilMs }] = await Promise.all([sendersSinceMs(facts), facts.recentEvents()]);
  return untilMs - sinceMs < silenceMs;
}
