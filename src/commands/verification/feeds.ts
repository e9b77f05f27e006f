import { connect } from 'node:net';
import { isBootError } from '../../base/errors.ts';
import type { KubeObject } from '../../base/kube-types.ts';
import type { Reach } from '../../consul/reach.ts';
import { KubeError, readStatus } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { FeedFacts, ServiceFacts } from '../../verify/facts.ts';

export interface FeedContext {
  readonly namespace: string;
  readonly reach: Reach;
  readonly kube: Pick<KubeClient, 'proxy'>;
}

const timeoutMs = 3_000;
/** The API server's words for an answer that is no HTTP. Any others are why it got no connection, or asked nobody. */
const noHttp = /malformed HTTP|\bEOF\b|connection reset|connection broken/;

/**
 * Where services pass events on by themselves, whether the way is open that the other one takes: its Service, the port,
 * and somebody who listens there. Only what is ready is asked.
 */
export async function readFeeds(
  services: readonly ServiceFacts[],
  context: FeedContext,
): Promise<readonly FeedFacts[]> {
  const ready = services.filter(({ isReady }) => isReady);
  const feeds = ready.flatMap(({ planned: { name: from, row }, service }) =>
    Object.entries(row.feeds ?? {}).map(([to, port]) => ({ feed: { from, to, port }, service })),
  );
  const open = feeds.filter(({ feed: { to } }) => ready.some(({ planned: { name } }) => name === to));
  return Promise.all(open.map(async ({ feed, service }) => ({ ...feed, ...(await look(feed, service, context)) })));
}

type Seen = Pick<FeedFacts, 'isListening' | 'detail'>;

async function look(
  feed: Pick<FeedFacts, 'from' | 'port'>,
  service: KubeObject | undefined,
  { kube, namespace, reach }: FeedContext,
): Promise<Seen> {
  const { port } = feed;
  const spec = service?.spec as ServiceSpec | undefined;
  if (!spec?.ports?.some((each) => each.port === port)) return notListening('the Service lacks the port');
  return reach.way === 'direct' ? connectTo(spec.clusterIP ?? '', port) : askThroughProxy(feed, { kube, namespace });
}

const accepts: Seen = { isListening: true, detail: 'accepts' };

function notListening(detail: string): Seen {
  return { isListening: false, detail };
}

function connectTo(host: string, port: number): Promise<Seen> {
  const { promise, resolve } = Promise.withResolvers<Seen>();
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => resolve(notListening('no connection in time')));
  socket.on('error', ({ message }) => resolve(notListening(message)));
  socket.on('connect', () => resolve(accepts));
  return promise.finally(() => socket.destroy());
}

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly port: number }[];
}

/**
 * A publisher speaks no HTTP. What it says isn't over with its first line, so the API server mostly waits for the rest
 * of it as long as we do; or it reports a broken answer. Where nobody listens, or nobody may ask, it says so at once.
 */
async function askThroughProxy(
  { from, port }: Pick<FeedFacts, 'from' | 'port'>,
  { kube, namespace }: Pick<FeedContext, 'kube' | 'namespace'>,
): Promise<Seen> {
  try {
    const { status, body } = await kube.proxy(namespace, from, port, { path: '/', timeoutMs });
    const words = readStatus(body)?.message ?? body.trim().split('\n', 1)[0] ?? '';
    return status < 400 || noHttp.test(words) ? accepts : notListening(words.slice(0, 200) || `answers ${status}`);
  } catch (error) {
    if (!isBootError(error)) throw error;
    return error instanceof KubeError && error.trouble === 'slow' ? accepts : notListening(error.details.cause);
  }
}
