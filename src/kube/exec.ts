import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { connectionOf, KubeError, readStatus, refusal } from './errors.ts';
import { diagnose } from './network.ts';
import { objectPath } from './resources.ts';
import type { Session } from './session.ts';
import type { ExecEnd, ExecRequest } from './types.ts';

/**
 * A command in a container, as `kubectl exec` runs it, over one WebSocket. The client's own Exec hands everything on as
 * fast as it comes, into memory when the other side is slower; here the slower side sets the pace.
 */

/** The first byte of each message says which stream it belongs to. */
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
/** Only version 5 can end the input; older API servers leave that to the command. */
const closingProtocol = 'v5.channel.k8s.io';
const protocols = [closingProtocol, 'v4.channel.k8s.io'];

const handshakeTimeoutMs = 30_000;
const pingEveryMs = 10_000;
/** A connection on which nothing comes, not even an answer to a ping, is dead. */
const silenceMs = 60_000;
/** What may wait in memory for a slow reader. */
const maxPendingBytes = 1024 * 1024;
const maxPieceBytes = 32 * 1024;
/** A command's last words are enough. */
const maxStderrChars = 8 * 1024;

/**
 * Runs the command to its end, and is done when all of its output is handed over.
 * @throws KubeError `cluster` when the connection fails or breaks, `rollout` when the command can't be run; whatever
 *   reader or input throw; the signal's reason
 */
export async function execInPod(session: Session, request: ExecRequest): Promise<ExecEnd> {
  const { signal, stdin, stdout } = request;
  signal.throwIfAborted();
  const socket = await open(session, request);
  const lost = (cause: string): KubeError =>
    new KubeError({ exit: 'cluster', object: objectOf(request), cause, hint: 'Run it again.' }, { trouble: 'lost' });
  const { promise: closed, resolve: close, reject: fail } = Promise.withResolvers<void>();
  let status: string | undefined;
  let stderr = '';
  let read = Promise.resolve();
  let pendingBytes = 0;
  let heardMs = performance.now();

  const hand = (chunk: Buffer): void => {
    if (!stdout || chunk.length === 0) return;
    pendingBytes += chunk.length;
    if (pendingBytes > maxPendingBytes) socket.pause();
    read = read.then(async () => {
      await stdout(chunk);
      pendingBytes -= chunk.length;
      heardMs = performance.now();
      if (socket.isPaused && pendingBytes < maxPendingBytes / 2) socket.resume();
    });
    read.catch(fail);
  };
  socket.on('message', (data) => {
    heardMs = performance.now();
    const message = data as Buffer;
    const body = message.subarray(1);
    if (message[0] === channels.stdout) hand(body);
    else if (message[0] === channels.stderr) stderr = (stderr + body.toString('utf8')).slice(-maxStderrChars);
    else if (message[0] === channels.status) status = (status ?? '') + body.toString('utf8');
  });
  socket.on('pong', () => {
    heardMs = performance.now();
  });
  socket.on('error', (error) => fail(lost(`the connection broke: ${diagnose(error).cause}`)));
  socket.on('close', () => close());
  const pulse = setInterval(() => {
    socket.ping();
    if (!socket.isPaused && performance.now() - heardMs > silenceMs) fail(lost('the connection fell silent'));
  }, pingEveryMs);
  const abort = (): void => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });

  const feed = async (): Promise<void> => {
    for await (const chunk of stdin ?? []) {
      for (let at = 0; at < chunk.length; at += maxPieceBytes) {
        if (socket.readyState !== WebSocket.OPEN) return;
        await send(socket, channels.stdin, chunk.subarray(at, at + maxPieceBytes));
        heardMs = performance.now();
      }
    }
    if (stdin && socket.protocol === closingProtocol) await send(socket, channels.close, Buffer.of(channels.stdin));
  };
  socket.resume();
  try {
    feed().catch(fail);
    // Output and status come on streams of their own, which may overtake each other: only the end of all is the end.
    await closed;
    await read;
    if (status === undefined) throw lost('the connection ended before the command did');
    return { exitCode: exitCodeOf(status, request), stderr: stderr.trim() };
  } finally {
    clearInterval(pulse);
    signal.removeEventListener('abort', abort);
    socket.terminate();
  }
}

/** A connection that is open, so that the command runs. It is paused. */
async function open(session: Session, request: ExecRequest): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const { namespace, pod: name, container, command, stdin, stdout } = request;
  const query = new URLSearchParams({
    container,
    stdin: String(stdin !== undefined),
    stdout: String(stdout !== undefined),
    stderr: 'true',
  });
  for (const word of command) query.append('command', word);
  const path = `${objectPath({ apiVersion: 'v1', kind: 'Pod', name, namespace })}/exec?${query}`;
  const socket = new WebSocket(session.server.replace(/^http/, 'ws') + path, protocols, {
    ...(await session.socketOptions()),
    handshakeTimeout: handshakeTimeoutMs,
    perMessageDeflate: false,
  });
  const asked = { verb: 'create', object: objectOf(request), server: session.server, source: session.source };
  const fail = (error: unknown): void => {
    const { trouble, cause, hint } = diagnose(error);
    reject(new KubeError({ exit: 'cluster', object: connectionOf(asked), cause, hint }, { trouble }));
  };
  socket.once('error', fail);
  socket.once('unexpected-response', (_, response: IncomingMessage) => {
    text(response).then((body) => reject(refusal(asked, response.statusCode ?? 0, body)), fail);
  });
  socket.once('open', () => {
    socket.off('error', fail);
    // Until somebody listens: a command may be over as soon as it is begun.
    socket.pause();
    resolve(socket);
  });
  return promise;
}

function send(socket: WebSocket, channel: number, body: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // What can't be sent any more shows in how the connection ends.
  socket.send(Buffer.concat([Buffer.of(channel), body]), () => resolve());
  return promise;
}

interface ExitStatus {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

function exitCodeOf(text: string, request: ExecRequest): number {
  const { status, message, details }: ExitStatus = readStatus(text) ?? JSON.parse(text);
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code !== undefined) return Number(code);
  throw new KubeError({
    exit: 'rollout',
    object: objectOf(request),
    cause: `its container runs no command: ${message ?? 'no reason is given'}`,
    hint: `kubectl -n ${request.namespace} describe pod ${request.pod}`,
  });
}

function objectOf({ namespace, pod }: ExecRequest): string {
  return `pod/${pod} in namespace ${namespace}`;
}
