import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { BootError } from '../../base/errors.ts';
import { readPods } from '../../verify/pods.ts';
import type { TrialContext } from './context.ts';

/**
 * A TCP connection from within the cluster, for a machine that isn't on its network: `nc` in the pod whose shell runs
 * the gates, over the API server. Nothing listens anywhere for it.
 * @returns what makes a new connection each time
 * @throws BootError when that pod isn't there
 */
export async function openTunnel(
  { kube, plan: { namespace, release }, program: { signal } }: TrialContext,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<() => Duplex> {
  const container = release.tools.service;
  const [pod] = (await readPods(kube, namespace)).get(container) ?? [];
  if (!pod) throw new BootError({ exit: 'verify', object: container, cause: 'it has no pod to connect through' });
  return () => {
    const toCluster = new PassThrough();
    const fromCluster = new PassThrough();
    const over = new AbortController();
    const stream = Duplex.from({ writable: toCluster, readable: fromCluster });
    stream.once('close', () => over.abort());
    const request = {
      ...{ namespace, pod: pod.metadata.name, container },
      command: ['nc', host, String(port)],
      stdin: toCluster,
      stdout: async (chunk: Buffer) => {
        if (!fromCluster.write(chunk)) await once(fromCluster, 'drain', { signal: over.signal });
      },
      signal: AbortSignal.any([signal, over.signal]),
    };
    kube.exec(request).then(
      // Whoever writes to it afterwards would wait for ever.
      ({ stderr }) => stream.destroy(new Error(stderr || 'the connection through the pod has ended')),
      (error: Error) => stream.destroy(error),
    );
    return stream;
  };
}
