import { Agent, request as openRequest } from 'node:http';
import { BootError } from '../base/errors.ts';
import type { HttpAnswer, HttpRequest } from '../kube/types.ts';

const defaultTimeoutMs = 5_000;

/** A fresh connection per call, since a kept one would stick to a pod that is gone; and never through a proxy. */
const agent = new Agent({ keepAlive: false });

/**
 * One HTTP call straight to an address. Answers of any status come back as they are; nothing is tried twice.
 * @param name what to call the other side in an error: `service:port`
 * @throws BootError `cluster` when there is no whole answer in time
 */
export function requestDirectly(
  name: string,
  place: { readonly host: string; readonly port: number },
  { method = 'GET', path, body, timeoutMs = defaultTimeoutMs }: HttpRequest,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const deadline = AbortSignal.timeout(timeoutMs);
  const fail = (error: Error): void => {
    const cause = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : error.message;
    reject(new BootError({ exit: 'cluster', object: `http://${name}${path}`, cause }));
  };
  const call = openRequest({ ...place, method, path, agent, signal: deadline }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', fail);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    );
  });
  call.on('error', fail);
  if (body !== undefined) call.setHeader('content-type', 'application/json');
  call.end(body);
  return promise;
}
