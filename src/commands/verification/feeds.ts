import { connect } from 'node:net';
import { isBootError } from '../../base/errors.ts';
import type { Reach } from '../../consul/reach.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { FeedFacts, ServiceFacts } from '../../verify/facts.ts';

export interface FeedContext {
  readonly namespace: string;
  readonly reach: Reach;
  readonly kube: Pick<KubeClient, 'get' | 'proxy'>;
}

const timeoutMs = 3_000;
/** The API server's words for a service that nobody answers for; a port that speaks no HTTP gives others. */
const nobody = /refused|no endpoints available|no route|not found|no such host|i\/o timeout/i;

/**
 * Where services pass events on by themselves, whether the way is open that the other one takes: its Service, the port,
 * and somebody who listens there. Only what is ready is asked.
 */
export async function readFeeds(
  services: readonly ServiceFacts[],
  context: FeedContext,
): Promise<readonly FeedFacts[]> {
  const ready = services.filter(({ isReady }) => isReady).map(({ planned }) => planned);
  const feeds = ready.flatMap(({ name: from, row }) =>
    Object.entries(row.feeds ?? {}).map(([to, port]) => ({ from, to, port })),
  );
  const open = feeds.filter(({ to }) => ready.some(({ name }) => name === to));
  return Promise.all(
    open.map(async (feed) => {
      const isDirect = context.reach.way === 'direct';
      return { ...feed, ...(isDirect ? await connectTo(feed, context) : await askThroughProxy(feed, context)) };
    }),
  );
}

type Seen = Pick<FeedFacts, 'isListening' | 'detail'>;

async function connectTo(
  { from, port }: Pick<FeedFacts, 'from' | 'port'>,
  { kube, namespace }: FeedContext,
): Promise<Seen> {
  const service = await kube.get({ apiVersion: 'v1', kind: 'Service', namespace, name: from });
  const spec = service?.spec as ServiceSpec | undefined;
  if (!spec?.ports?.some((each) => each.port === port))
    return { isListening: false, detail: 'the Service lacks the port' };
  const { promise, resolve } = Promise.withResolvers<Seen>();
  const socket = connect({ host: spec.clusterIP ?? '', port });
  socket.setTimeout(timeoutMs, () => resolve({ isListening: false, detail: 'no connection in time' }));
  socket.on('error', ({ message }) => resolve({ isListening: false, detail: message }));
  socket.on('connect', () => resolve({ isListening: true, detail: 'accepts' }));
  return promise.finally(() => socket.destroy());
}

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly port: number }[];
}

/** A publisher speaks no HTTP, so the API server reports a broken answer, or none; nobody there is reported otherwise. */
async function askThroughProxy(
  { from, port }: Pick<FeedFacts, 'from' | 'port'>,
  { kube, namespace }: FeedContext,
): Promise<Seen> {
  try {
    const { body } = await kube.proxy(namespace, from, port, { path: '/', timeoutMs });
    const words = body.trim().split('\n', 1)[0] ?? '';
    if (nobody.test(words)) return { isListening: false, detail: words.slice(0, 200) };
  } catch (error) {
    if (!isBootError(error)) throw error;
  }
  return { isListening: true, detail: 'accepts' };
}
