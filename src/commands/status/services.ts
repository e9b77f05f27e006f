import type { Deployment } from '../../base/kube-types.ts';
import { databaseService, gatesOf } from '../../plan/gates.ts';
import { isManaged } from '../../plan/ownership.ts';
import type { Release, ServiceRow } from '../../plan/release.ts';
import type { ServiceState, ServiceStatus } from '../../report/status-view.ts';
import { versionIn } from '../../verify/checks/services.ts';
import type { Answer } from '../../verify/facts.ts';
import { containerOf } from '../../verify/pods.ts';
import type { Cause } from '../../wait/causes.ts';
import { judge, type Verdict } from '../../wait/judge.ts';
import { readiness } from '../../wait/readiness.ts';
import { groupViews, type ServiceView, type ViewedService } from '../../wait/views.ts';
import { describeFinding } from '../../wait/words.ts';
import { addressesOf } from './addresses.ts';
import { type Parts, readOr } from './parts.ts';

/** A service that is there, or should be. */
export interface SeenService {
  readonly view: ServiceView;
  /** Absent for one that this program doesn't know, as a site may have its own. */
  readonly row?: ServiceRow;
}

/** The services of an installation: those that it wrote down, and those that are there; in the release's order. */
export function seeServices(release: Release, namespace: string, parts: Parts): readonly SeenService[] {
  const deployments = readOr(parts.deployments, []);
  const recorded = readOr(parts.record, undefined)?.objects ?? [];
  const names = new Set([
    ...recorded.filter(({ kind }) => kind === 'Deployment').map(({ name }) => name),
    ...deployments.filter(isManaged).map(({ metadata }) => metadata.name),
  ]);
  const known = Object.keys(release.services).filter((name) => names.has(name));
  const others = [...names].filter((name) => !known.includes(name)).toSorted();
  const listed = { deployments, pods: readOr(parts.pods, []), events: readOr(parts.events, []) };
  const viewed = [...known.map((name) => viewedService(name, release, known)), ...others.map(strangeService)];
  return groupViews(viewed, namespace, listed).map((view) => {
    const row = release.services[view.service];
    return { view, ...(row ? { row } : {}) };
  });
}

function viewedService(name: string, release: Release, names: readonly string[]): ViewedService {
  const row = release.services[name];
  if (!row) return strangeService(name);
  const { choices, mixed } = release.databases;
  const database = choices.find((choice) => names.includes(databaseService(release, choice))) ?? mixed;
  // What the settings are is of no account for the words of a gate.
  return { name, row, gates: gatesOf(name, row, { release, database, services: new Map(), digests: new Map() }) };
}

function strangeService(name: string): ViewedService {
  return { name, row: { claims: [] }, gates: [] };
}

export interface StatusContext {
  readonly causes: readonly Cause[];
  /** What the services said about their version, by name. */
  readonly versions: ReadonlyMap<string, Answer>;
  /** By the API server's clock, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Where each service stands, as far as the parts tell. */
export function describeServices(
  seen: readonly SeenService[],
  parts: Parts,
  { causes, versions, nowMs }: StatusContext,
): readonly ServiceStatus[] {
  const looks = seen.map(({ view }) => ({ view, readiness: readiness(view, causes) }));
  const { verdicts } = judge(looks, new Map(), nowMs);
  const isKnown = 'value' in parts.deployments && 'value' in parts.pods;
  return seen.map(({ view }, index) => {
    const answer = versions.get(view.service);
    const version = answer && versionIn(answer);
    const state = isKnown ? stateOf(view, verdicts[index]) : 'unknown';
    const reason = reasonOf(view, state, verdicts[index]) ?? silenceOf(answer);
    return {
      name: view.service,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(version === undefined ? {} : { version }),
      ...podStatus(view, nowMs),
      addresses: readOr(parts.services, []).flatMap((service) => addressesOf(service, view.service)),
    };
  });
}

function stateOf({ deployment }: ServiceView, verdict: Verdict | undefined): ServiceState {
  if (!deployment) return 'missing';
  if (deployment.spec.replicas === 0) return 'stopped';
  // A single look can't tell that something has failed for good.
  return verdict === undefined || verdict.state === 'failed' ? 'starting' : verdict.state;
}

function reasonOf(view: ServiceView, state: ServiceState, verdict: Verdict | undefined): string | undefined {
  if (state === 'ready' || state === 'stopped' || state === 'missing' || state === 'unknown') return undefined;
  return verdict?.reason ?? (verdict?.finding && describeFinding(verdict.finding, view));
}

function silenceOf(answer: Answer | undefined): string | undefined {
  return answer && 'silence' in answer ? `it doesn't tell its version: ${answer.silence}` : undefined;
}

function podStatus({ service, deployment, pod }: ServiceView, nowMs: number) {
  const image = pod?.spec.containers.find(({ name }) => name === service)?.image ?? imageIn(deployment);
  const createdMs = Date.parse(pod?.metadata.creationTimestamp ?? '');
  const restarts = pod && containerOf(pod)?.restartCount;
  return {
    ...(image === undefined ? {} : { image }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(Number.isNaN(createdMs) ? {} : { ageMs: Math.max(0, nowMs - createdMs) }),
    ...(pod?.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
  };
}

function imageIn(deployment: Deployment | undefined): string | undefined {
  const { spec } = (deployment?.spec.template ?? {}) as Template;
  return spec?.containers?.find(({ name }) => name === deployment?.metadata.name)?.image;
}

interface Template {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image: string }[] };
}
