import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootEvent } from '../../src/base/events.ts';
import { formatDuration } from '../../src/base/time.ts';
import type { Lab } from '../lab/lab.ts';
import { nodeDir } from '../lab/places.ts';
import { capture, type Outcome, type RunOptions } from './exec.ts';

const binary = './dist/edgex-boot';

/** A run of the program, with the events that it told where it was asked for JSON. */
export interface BootRun extends Outcome {
  readonly events: readonly BootEvent[];
}

/** Runs the built program against the lab, as its administrator and with nothing else in the environment. */
export async function boot(
  lab: Pick<Lab, 'kubeconfig'>,
  args: readonly string[],
  options: Pick<RunOptions, 'watch'> = {},
): Promise<BootRun> {
  const outcome = await capture(binary, args, { env: { KUBECONFIG: lab.kubeconfig }, ...options });
  return { ...outcome, events: args.includes('json') ? eventsOf(outcome.stdout) : [] };
}

/**
 * `install` into a namespace, as JSON. Throws what it printed when it ends with another code than 0.
 */
export async function install(lab: Lab, namespace: string, ...args: readonly string[]): Promise<BootRun> {
  const run = await tryInstall(lab, namespace, ...args);
  if (run.code !== 0) throw new Error(`install ${args.join(' ')}: ${run.code}\n${run.stdout}\n${run.stderr}`);
  return run;
}

/** `install` into a namespace, as JSON, however it ends. */
export function tryInstall(lab: Lab, namespace: string, ...args: readonly string[]): Promise<BootRun> {
  return boot(lab, installArgs(namespace, args));
}

/** A run that was not left alone. */
export interface WatchedRun extends BootRun {
  /** From the event that was waited for to the end. */
  readonly sinceMs: number;
}

/**
 * `install` as {@link tryInstall}, and something that is done at the first event of a kind. Throws when there is no such
 * event.
 */
export async function installUntil(
  lab: Lab,
  namespace: string,
  isMoment: (event: BootEvent) => boolean,
  act: (kill: (signal: NodeJS.Signals) => void) => unknown,
  ...args: readonly string[]
): Promise<WatchedRun> {
  let text = '';
  let atMs: number | undefined;
  let acting: unknown;
  const run = await boot(lab, installArgs(namespace, args), {
    watch: (piece, kill) => {
      text += piece;
      if (atMs !== undefined || !eventsOf(text).some(isMoment)) return;
      atMs = performance.now();
      acting = act(kill);
    },
  });
  if (atMs === undefined) throw new Error(`the run ended before the event that was waited for:\n${run.stdout}`);
  await acting;
  return { ...run, sinceMs: performance.now() - atMs };
}

function installArgs(namespace: string, args: readonly string[]): readonly string[] {
  return ['install', '--namespace', namespace, '--output', 'json', ...args];
}

/** Of whole lines only; the last one of a run that was killed may be cut. */
function eventsOf(stdout: string): readonly BootEvent[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{"')).map((line) => JSON.parse(line));
}

/** The last event of a run that ended well. */
export function doneEvent({ events }: BootRun): Extract<BootEvent, { type: 'done' }> {
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error(`the run did not end with done: ${JSON.stringify(last)}`);
  return last;
}

/** The failure that a run ended with. */
export function failureEvent({ events, stdout }: BootRun): Extract<BootEvent, { type: 'failure' }>['error'] {
  const last = events.at(-1);
  if (last?.type !== 'failure') throw new Error(`the run did not end with a failure:\n${stdout}`);
  return last.error;
}

/** A namespace of the test's own, empty before and gone afterwards, its volumes and their data too. */
export async function inNamespace(lab: Lab, namespace: string, work: () => Promise<void>): Promise<void> {
  await removeNamespace(lab, namespace);
  try {
    await work();
  } finally {
    await removeNamespace(lab, namespace);
  }
}

/** Removes a namespace, its volumes, and the data in them. */
export async function removeNamespace(lab: Lab, namespace: string): Promise<void> {
  await lab.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s']);
  await lab.kubectl(['delete', 'pv', '-l', `edgex-boot/namespace=${namespace}`, '--ignore-not-found']);
  // The node's disk, as the machine sees it.
  await rm(join(nodeDir(1), 'disk/var/lib/edgex', namespace), { recursive: true, force: true });
}

/** How many events core-data has, of one device where one is named; asked through the API server. */
export async function eventCount(lab: Lab, namespace: string, device?: string): Promise<number> {
  const suffix = device === undefined ? '' : `/${device}`;
  const service = `/api/v1/namespaces/${namespace}/services/http:edgex-core-data:48080`;
  return Number(await lab.kubectl(['get', '--raw', `${service}/proxy/api/v1/event/count${suffix}`]));
}

/** Asks until something holds. Throws with its last answer when it doesn't in time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await ask().catch((error: Error) => error);
    if (!(answer instanceof Error) && holds(answer)) return answer;
    if (performance.now() - startedMs > timeoutMs) {
      const last = answer instanceof Error ? answer.message : JSON.stringify(answer);
      throw new Error(`not within ${formatDuration(timeoutMs)}: ${what}; last: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export interface PodState {
  readonly service: string;
  readonly uid: string;
  readonly isReady: boolean;
  readonly restarts: number;
  readonly startedAt: string;
}

/** The pods of an installation, by the service that they belong to. */
export async function podStates(lab: Lab, namespace: string): Promise<readonly PodState[]> {
  const { items } = JSON.parse(await lab.kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as PodList;
  return items.flatMap(({ metadata, status }) => {
    const [container] = status.containerStatuses ?? [];
    const service = metadata.labels?.['org.edgexfoundry.service'];
    if (service === undefined) return [];
    return [
      {
        service,
        uid: metadata.uid,
        isReady: container?.ready ?? false,
        restarts: container?.restartCount ?? 0,
        startedAt: container?.state?.running?.startedAt ?? '',
      },
    ];
  });
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly uid: string; readonly labels?: Readonly<Record<string, string>> };
    readonly status: {
      readonly containerStatuses?: readonly {
        readonly ready: boolean;
        readonly restartCount: number;
        readonly state?: { readonly running?: { readonly startedAt: string } };
      }[];
    };
  }[];
}
