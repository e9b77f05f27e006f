import type { KubeObject } from '../base/kube-types.ts';
import { mapPool } from '../base/pool.ts';
import type { Clock } from '../base/time.ts';
import { KubeError } from '../kube/errors.ts';
import type { HttpAnswer, KubeClient } from '../kube/types.ts';

/** Everything that is in a namespace, of whatever kind, whoever defined that. */

const parallel = 8;

/** What only tells of other objects, and never holds anything by itself: by group, or by resource and group. */
const echoes: ReadonlySet<string> = new Set([
  'events',
  'events.events.k8s.io',
  'metrics.k8s.io',
  'custom.metrics.k8s.io',
  'external.metrics.k8s.io',
]);

export interface Occupants {
  readonly objects: readonly KubeObject[];
  /** What could not be looked at, each with the reason. */
  readonly unseen: readonly string[];
}

interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
  readonly kind: string;
}

/** An answer that may be another one a moment later. */
const passing: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const attempts = 4;
const pauseMs = 500;

export interface OccupantsContext {
  readonly kube: Pick<KubeClient, 'raw'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks every API of the cluster for what it has in a namespace. What denies or doesn't answer is told, not thrown. */
export async function readOccupants(namespace: string, context: OccupantsContext): Promise<Occupants> {
  const unseen: string[] = [];
  const ask = async (path: string, what: string): Promise<Json> => {
    const { status, body } = await askPatiently(path, context);
    const answer = status === 200 ? parse(body) : undefined;
    // A kind may have gone since it was announced, and some announce a list that they don't give.
    if (!answer && status !== 404 && status !== 405) unseen.push(`${what} (${status === 0 ? 'no answer' : status})`);
    return answer ?? {};
  };
  const { groups } = await ask('/apis', 'the list of the APIs');
  const versions = ['v1', ...(Array.isArray(groups) ? groups.flatMap(versionsOf) : [])];
  const lists = await mapPool(versions, parallel, async (apiVersion) => {
    const { resources } = await ask(apiPath(apiVersion), apiVersion);
    return Array.isArray(resources) ? resources.flatMap((resource) => readResource(resource, apiVersion)) : [];
  });
  // A resource is the same in each version of its group; the preferred one comes first.
  const resources = new Map(
    lists
      .flat()
      .map((resource) => [nameOf(resource), resource] as const)
      .toReversed(),
  );
  const objects = await mapPool([...resources], parallel, async ([name, { apiVersion, plural, kind }]) => {
    const { items } = await ask(`${apiPath(apiVersion)}/namespaces/${namespace}/${plural}`, name);
    return Array.isArray(items) ? items.map((item: KubeObject): KubeObject => ({ ...item, apiVersion, kind })) : [];
  });
  return { objects: objects.flat(), unseen };
}

/** An API that another server provides may not answer at all; that is status 0 here. */
async function askPatiently(path: string, { kube, clock, signal }: OccupantsContext): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await kube.raw(path).catch((error: unknown): HttpAnswer => {
      if (error instanceof KubeError && error.trouble === 'slow') return { status: 0, body: '' };
      throw error;
    });
    if (!passing.has(answer.status) || attempt === attempts) return answer;
    await clock.sleep(attempt * pauseMs, signal);
  }
}

type Json = Readonly<Record<string, unknown>>;

interface Group {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string }[];
  readonly preferredVersion?: { readonly groupVersion: string };
}

function versionsOf({ name, versions, preferredVersion }: Group): readonly string[] {
  if (echoes.has(name)) return [];
  const all = versions.map(({ groupVersion }) => groupVersion);
  return preferredVersion ? [...new Set([preferredVersion.groupVersion, ...all])] : all;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

function readResource({ name, kind, namespaced, verbs }: ApiResource, apiVersion: string): readonly Resource[] {
  const resource = { apiVersion, plural: name, kind };
  const isList = namespaced && verbs.includes('list') && !name.includes('/');
  return isList && !echoes.has(nameOf(resource)) ? [resource] : [];
}

/** As kubectl names it: `deployments.apps`. */
function nameOf({ apiVersion, plural }: Resource): string {
  return apiVersion.includes('/') ? `${plural}.${apiVersion.split('/')[0]}` : plural;
}

function apiPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function parse(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
