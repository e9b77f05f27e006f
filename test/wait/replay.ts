import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BootErrorDetails, isBootError } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { managedByLabel, managedByValue, serviceLabel } from '../../src/plan/labels.ts';
import type { PlannedService } from '../../src/plan/types.ts';
import { loadCauses } from '../../src/wait/causes.ts';
import { awaitRollout, type RolloutContext, type RolloutResult } from '../../src/wait/rollout.ts';
import { groupViews, type ServiceView } from '../../src/wait/views.ts';
import { fakeClock } from '../kube/fake-api.ts';
import { fuji } from '../support/fuji.ts';

/** Replays recorded states of a cluster on a clock that only passes by sleeping. See test/states/README.md. */

const root = join(import.meta.dirname, '../states');

export interface Frame {
  readonly atMs: number;
  readonly objects: readonly Partial<KubeObject>[];
  readonly gone?: readonly string[];
}

export interface State {
  readonly frames: readonly Frame[];
  readonly logs?: Readonly<Record<string, string>>;
}

export function readState(name: string): State {
  return JSON.parse(readFileSync(join(root, `${name}.json`), 'utf8'));
}

export function stateNames(): readonly string[] {
  return readdirSync(root)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''));
}

/** The single looks, by the cause that each shows. */
export function causeStates(): ReadonlyMap<string, readonly Partial<KubeObject>[]> {
  const files = readdirSync(join(root, 'causes')).map((file) => readFileSync(join(root, 'causes', file), 'utf8'));
  return new Map(
    files.flatMap((text) =>
      Object.entries<{ objects: Partial<KubeObject>[] }>(JSON.parse(text).services).map(([code, { objects }]) => [
        code,
        objects,
      ]),
    ),
  );
}

const [row] = Object.values(fuji().services);

/** A service as far as a rollout knows it. */
export function serviceNamed(
  name: string,
  needs: readonly string[] = [],
  claims: readonly string[] = [],
): PlannedService {
  if (!row) throw new Error('the release has no services');
  return {
    name,
    image: '',
    gates: needs.map((service) => ({ kind: 'http', service, port: 80, path: '/api/v1/ping' })),
    row: { ...row, claims: claims.map((claim) => ({ name: claim, mountPath: '/data', size: '8Mi' })) },
  };
}

/** The objects of a cluster at an instant, by kind. */
export type World = (kind: string, nowMs: number) => readonly KubeObject[];

export function worldOf(frames: readonly Frame[]): World {
  return (kind, nowMs) => {
    const objects = new Map<string, KubeObject>();
    for (const [index, { objects: changed, gone = [] }] of frames.filter(({ atMs }) => atMs <= nowMs).entries()) {
      for (const each of changed) objects.set(keyOf(each), complete(each, objects.get(keyOf(each)), index));
      for (const key of gone) objects.delete(key);
    }
    return [...objects.values()].filter((object) => object.kind === kind);
  };
}

function keyOf({ kind, metadata, involvedObject, reason, message }: Partial<KubeObject>): string {
  return kind === 'Event' ? JSON.stringify([involvedObject, reason, message]) : `${kind}/${metadata?.name}`;
}

function complete(object: Partial<KubeObject>, before: KubeObject | undefined, version: number): KubeObject {
  const name = object.metadata?.name ?? keyOf(object);
  const service = name.replace(/-[bcdf-hj-np-tv-xz0-9]{5,10}-[bcdf-hj-np-tv-xz0-9]{5}$/, '');
  return {
    apiVersion: object.kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind: '',
    ...before,
    ...object,
    metadata: {
      uid: name,
      labels: { [managedByLabel]: managedByValue, [serviceLabel]: service },
      ...before?.metadata,
      name,
      ...object.metadata,
      resourceVersion: String(version),
    },
  };
}

/** A look at one service of a world. Its claim has its own name. */
export function viewAt(world: World, service: string, nowMs: number): ServiceView {
  const [view] = groupViews([serviceNamed(service, [], [service, 'consumer'])], 'edgex', {
    deployments: world('Deployment', nowMs),
    pods: world('Pod', nowMs),
    events: world('Event', nowMs),
  });
  if (!view) throw new Error(`no view of ${service}`);
  return view;
}

/** The look at a service of which these are all objects. */
export function viewOf(service: string, objects: readonly Partial<KubeObject>[]): ServiceView {
  return viewAt(worldOf([{ atMs: 0, objects }]), service, 0);
}

/** The looks at a state's service, one for each frame. */
export function looksOf({ frames }: State): readonly ServiceView[] {
  const world = worldOf(frames);
  return frames.map(({ atMs }) => viewAt(world, world('Deployment', atMs)[0]?.metadata.name ?? '', atMs));
}

export interface Replay {
  readonly result?: RolloutResult;
  /** What ended the rollout, and when. */
  readonly failure?: BootErrorDetails;
  readonly endMs: number;
  readonly events: readonly BootEvent[];
  /** Requests by kind, and `logs`. */
  readonly requests: Readonly<Record<string, number>>;
  /** How long it slept each time. */
  readonly slept: readonly number[];
  /** A service's states and reasons, in their order. */
  told(service: string): readonly string[];
}

export interface ReplayOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** The error with which a kind's LIST, or `logs`, is answered. */
  readonly refuse?: (what: string) => Error | false;
}

/** Runs a rollout over the states, which all belong to one cluster. */
export async function replay(
  services: readonly PlannedService[],
  states: readonly State[],
  { deadlineMs = 900_000, signal = new AbortController().signal, refuse = () => false }: ReplayOptions = {},
): Promise<Replay> {
  const clock = fakeClock();
  const frames = states.flatMap((state) => state.frames).toSorted((a, b) => a.atMs - b.atMs);
  const logs: Readonly<Record<string, string>> = Object.assign({}, ...states.map((state) => state.logs ?? {}));
  const world = worldOf(frames);
  const events: BootEvent[] = [];
  const requests: Record<string, number> = {};
  const ask = (what: string): void => {
    requests[what] = (requests[what] ?? 0) + 1;
    const error = refuse(what);
    if (error) throw error;
  };
  const context: RolloutContext = {
    kube: {
      list: async (_apiVersion, kind) => {
        ask(kind);
        return world(kind, clock.now());
      },
      logs: async (_namespace, _pod, container) => {
        ask('logs');
        return logs[container] ?? '';
      },
    },
    namespace: 'edgex',
    clock,
    signal,
    emit: (event) => events.push(event),
    deadlineMs,
    causes: loadCauses(),
  };
  const told = (service: string): readonly string[] =>
    events.flatMap((event) =>
      event.type === 'service' && event.service === service
        ? [event.reason === undefined ? event.state : `${event.state}: ${event.reason}`]
        : [],
    );
  const rest = { events, requests, slept: clock.slept, told };
  try {
    const result = await awaitRollout(services, context);
    return { ...rest, result, endMs: clock.now() };
  } catch (error) {
    if (!isBootError(error)) throw error;
    return { ...rest, failure: error.details, endMs: clock.now() };
  }
}
