import { hostname } from 'node:os';
import type { Pod } from '../../base/kube-types.ts';
import { version } from '../../base/version.ts';
import { providerOf } from '../../plan/gates.ts';
import { gatesContainer } from '../../plan/workload.ts';
import { versionIn } from '../../verify/checks/services.ts';
import type { Answer, DeviceFacts, EventCount, RecentEvents, ServiceFacts, VerifyFacts } from '../../verify/facts.ts';
import { containerOf } from '../../verify/pods.ts';
import type { CheckResult, EventRate, ServiceSummary, ServiceTimeline, VerifyReport } from '../../verify/types.ts';
import { unread } from '../../verify/unread.ts';

export interface ReportInput {
  readonly facts: VerifyFacts;
  readonly checks: readonly CheckResult[];
  /** The site's name. */
  readonly site?: string;
  readonly startedMs: number;
  readonly elapsedMs: number;
  /** Warnings count. */
  readonly isStrict: boolean;
  /** There is nothing installed that could be described. */
  readonly isPre: boolean;
  /** The architecture of this machine, as Go writes it. */
  readonly architecture: string;
}

/** Everything that a verification found. What couldn't be read is left out; a check has told why. */
export async function makeReport(input: ReportInput): Promise<VerifyReport> {
  const { facts, checks, site, startedMs, elapsedMs, isStrict, isPre, architecture } = input;
  const isUnreachable = checks.some(({ level, outcome }) => level === 'fatal' && outcome === 'failed');
  const isDescribed = !isPre && !isUnreachable;
  const [cluster, machine, services, versions] = await Promise.all([
    isUnreachable ? undefined : ifRead(facts.cluster),
    isUnreachable ? undefined : ifRead(facts.machine),
    isDescribed ? ifRead(facts.services) : undefined,
    isDescribed ? ifRead(facts.versions) : undefined,
  ]);
  const watched = checks.some(({ code, outcome }) => code === 'events-arrive' && outcome !== 'skipped');
  const [counts, recent, devices = []] = watched
    ? await Promise.all([ifRead(facts.eventCounts), ifRead(facts.recentEvents), ifRead(facts.devices)])
    : [];
  const expected = (services ?? []).reduce((sum, { planned }) => sum + (planned.row.eventsPerMinute ?? 0), 0);
  const count = (outcome: CheckResult['outcome']) => checks.filter((check) => check.outcome === outcome).length;
  const warnings = checks.filter(({ level, outcome }) => level === 'warning' && outcome === 'failed').length;
  const isFailed = count('failed') > (isStrict ? 0 : warnings);
  return {
    verdict: isFailed ? 'failed' : 'passed',
    counts: { passed: count('passed'), failed: count('failed') - warnings, skipped: count('skipped'), warnings },
    version,
    startedMs,
    elapsedMs,
    ...(site === undefined ? {} : { site }),
    namespace: facts.namespace,
    ...(cluster
      ? {
          cluster: {
            version: cluster.version,
            distribution: cluster.distribution,
            nodes: cluster.nodes.map(({ name, architecture: each, ready }) => ({
              name,
              architecture: each,
              isReady: ready,
            })),
          },
        }
      : {}),
    release: { name: facts.release.title, version: facts.release.version },
    machine: { hostname: hostname(), architecture, isNode: machine !== undefined },
    checks,
    services: (services ?? []).map((service) => summaryOf(service, versions?.get(service.planned.name))),
    timelines: (services ?? []).flatMap(timelineOf),
    ...(counts ? { events: { ...rateOf(counts, expected), devices: countByDevice(counts, recent, devices) } } : {}),
  };
}

async function ifRead<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch(unread);
}

function summaryOf({ planned, pod, service, isReady }: ServiceFacts, answer: Answer | undefined): ServiceSummary {
  const said = answer && versionIn(answer);
  const { clusterIP } = (service?.spec ?? {}) as { readonly clusterIP?: string };
  const sinceMs = Date.parse(pod?.metadata.creationTimestamp ?? '');
  return {
    name: planned.name,
    ...(said === undefined ? {} : { version: said }),
    image: pod?.spec.containers.find(({ name }) => name === planned.name)?.image ?? planned.image,
    isReady,
    restarts: (pod && containerOf(pod)?.restartCount) ?? 0,
    ...(Number.isNaN(sinceMs) ? {} : { sinceMs }),
    ...(pod?.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
    addresses: clusterIP
      ? planned.row.ports.map(({ port }) => ({ name: planned.name, port, address: `${clusterIP}:${port}` }))
      : [],
  };
}

function timelineOf({ planned, pod }: ServiceFacts): readonly ServiceTimeline[] {
  if (!pod) return [];
  const container = containerOf(pod);
  return [
    {
      service: planned.name,
      createdMs: Date.parse(pod.metadata.creationTimestamp ?? '') || 0,
      ...moment('gatesPassedMs', gatesEnd(pod)),
      ...moment('startedMs', container?.state?.running?.startedAt),
      ...moment(
        'readyMs',
        pod.status.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True')?.lastTransitionTime,
      ),
      waitsFor: [...new Set(planned.gates.map(providerOf))],
      restarts: container?.restartCount ?? 0,
    },
  ];
}

function gatesEnd({ status }: Pod): string | undefined {
  return status.initContainerStatuses?.find(({ name }) => name === gatesContainer)?.state?.terminated?.finishedAt;
}

function moment<Name extends string>(name: Name, date: string | undefined): { readonly [Key in Name]?: number } {
  const ms = Date.parse(date ?? '');
  return (Number.isNaN(ms) ? {} : { [name]: ms }) as { readonly [Key in Name]?: number };
}

function rateOf(counts: readonly EventCount[], expected: number): Omit<EventRate, 'devices'> {
  const first = counts[0]?.count ?? 0;
  const overMs = spanOf(counts);
  const samples = counts.map(({ atMs, count }) => ({ atMs, count: Math.max(0, count - first) }));
  return {
    samples,
    perMinute: overMs === 0 ? 0 : ((samples.at(-1)?.count ?? 0) * 60_000) / overMs,
    ...(expected > 0 ? { expectedPerMinute: expected } : {}),
  };
}

function spanOf(counts: readonly EventCount[]): number {
  return (counts.at(-1)?.atMs ?? 0) - (counts[0]?.atMs ?? 0);
}

/** Those that were silent, too. None where the newest events could not be read. */
function countByDevice(
  counts: readonly EventCount[],
  recent: RecentEvents | undefined,
  devices: readonly DeviceFacts[],
): EventRate['devices'] {
  if (!recent) return [];
  const sinceMs = recent.untilMs - spanOf(counts);
  const within = recent.events.filter(({ createdMs }) => createdMs >= sinceMs);
  const names = new Set([...devices.map(({ device }) => device), ...within.map(({ device }) => device)]);
  return [...names].map((name) => ({ name, count: within.filter(({ device }) => device === name).length }));
}
