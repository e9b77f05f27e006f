import type { BootEvent } from '../../src/base/events.ts';
import { formatDuration } from '../../src/base/time.ts';
import type { Lab } from '../lab/lab.ts';
import { capture, type Outcome } from './exec.ts';

const binary = './dist/edgex-boot';

/** A run of the program, with the events that it told where it was asked for JSON. */
export interface BootRun extends Outcome {
  readonly events: readonly BootEvent[];
}

/** Runs the built program against the lab, as its administrator and with nothing else in the environment. */
export async function boot(lab: Pick<Lab, 'kubeconfig'>, args: readonly string[]): Promise<BootRun> {
  const outcome = await capture(binary, args, { env: { KUBECONFIG: lab.kubeconfig } });
  const lines = outcome.stdout.split('\n').filter((line) => line.startsWith('{"'));
  return { ...outcome, events: args.includes('json') ? lines.map((line) => JSON.parse(line)) : [] };
}

/**
 * `install` into a namespace, as JSON. Throws what it printed when it ends with another code than 0.
 */
export async function install(lab: Lab, namespace: string, ...args: readonly string[]): Promise<BootRun> {
  const run = await boot(lab, ['install', '--namespace', namespace, '--output', 'json', ...args]);
  if (run.code !== 0) throw new Error(`install ${args.join(' ')}: ${run.code}\n${run.stdout}\n${run.stderr}`);
  return run;
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
